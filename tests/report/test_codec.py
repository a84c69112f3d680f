"""report.json: what is written is read back the same; what is not a report is refused."""

import json
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass, replace
from typing import Any

import jsonschema
import pytest

from tercet.errors import TercetError
from tercet.report import contract
from tercet.report.catalogue import CATALOGUE
from tercet.report.codec import decode, encode, schema
from tercet.report.contract import Mismatch, Report
from tercet.report.make import make
from tercet.report.outcome import measured

Document = dict[str, Any]


def test_a_report_is_read_back_as_it_was_written(passing: Report) -> None:
    assert decode(encode(passing)) == passing


def test_a_report_of_a_failure_is_read_back_as_it_was_written(passing: Report) -> None:
    wrong = measured(
        "rtl.bitexact", 9, 2, "wrong", Mismatch("fc1:linear", 4, (0, 7), -3, 3), "tercet verify m"
    )
    checks = tuple(wrong if c.id == wrong.id else c for c in passing.checks)
    report = make(
        tool=passing.tool,
        model=passing.model,
        fabric=passing.fabric,
        vectors=replace(passing.vectors, count=1, only=4),
        checks=checks,
        layers=tuple(replace(layer, cycles_measured=None) for layer in passing.layers),
        cycles=replace(passing.cycles, measured=None),
        timing=passing.timing,
    )
    assert report.verdict == "fail"
    assert decode(encode(report)) == report


def test_the_schema_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_schema_lists_exactly_the_checks_of_the_catalogue() -> None:
    listed = schema()["$defs"]["check"]["properties"]["id"]["enum"]
    assert listed == [line.id for line in CATALOGUE]


def test_the_schema_has_exactly_the_fields_of_the_values() -> None:
    document = schema()
    shapes = document["$defs"] | {"report": document}
    shapes["mapped"] = shapes["layer"]["properties"]["mapping"]
    shapes["stage"] = shapes["timing"]["properties"]["stages"]["items"]
    values = [v for v in vars(contract).values() if isinstance(v, type) and is_dataclass(v)]
    assert len(values) == len(shapes)
    for value in values:
        names = [field.name for field in fields(value)]
        assert list(shapes[value.__name__.lower()]["properties"]) == names
        needed = shapes[value.__name__.lower()]["required"]
        assert needed == [name for name in names if name in needed]
        later = {field.name for field in fields(value) if field.name not in needed}
        assert later <= {f.name for f in fields(value) if f.default is not MISSING}


def test_a_report_that_lacks_what_was_added_later_is_read(passing: Report) -> None:
    document = json.loads(encode(passing))
    for field in ("accuracy", "warnings"):
        del document[field]
    for field in ("source", "available"):
        del document["vectors"][field]
    assert decode(json.dumps(document)) == passing


def _forge(document: Document) -> None:
    document["checks"][6]["mismatches"] = 1


def _drop_timing(document: Document) -> None:
    del document["timing"]


def _invent_a_field(document: Document) -> None:
    document["model"]["mood"] = "good"


def _go_negative(document: Document) -> None:
    document["checks"][0]["compared"] = -1


def _age(document: Document) -> None:
    document["version"] = 99


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_forge, "says 'pass', its checks make it 'fail'"),
        (_drop_timing, "'timing' is a required property"),
        (_invent_a_field, r"at \$\.model"),
        (_go_negative, r"at \$\.checks\[0\]\.compared"),
        (_age, "has version 99, this tercet reads 3"),
    ],
)
def test_a_document_with_a_fault_is_refused(
    passing: Report, spoil: Callable[[Document], None], reason: str
) -> None:
    document = json.loads(encode(passing))
    spoil(document)
    with pytest.raises(TercetError, match=reason):
        decode(json.dumps(document))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"version": "1"}'])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(TercetError):
        decode(text)
