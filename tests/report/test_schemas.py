"""The committed schemas are those of the dataclasses, and refuse what the codecs refuse."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from tests.helpers.reports import of_a_file, on_the_host

from tercet import assets
from tercet.gen import schemas
from tercet.report.catalogue import catalogue
from tercet.report.codec import encode
from tercet.report.contract import Report

Json = dict[str, Any]
COMMITTED = schemas.generated(catalogue())


def report_schema() -> Json:
    (text,) = (text for path, text in COMMITTED.items() if "report" in path)
    found: Json = json.loads(text)
    return found


def definitions(schema: Json) -> Iterator[Json]:
    yield schema
    yield from schema["$defs"].values()


@pytest.mark.parametrize("path", COMMITTED)
def test_the_committed_schema_is_the_generated_one(path: str) -> None:
    assert (assets.ROOT / path).read_text(encoding="utf-8") == COMMITTED[path]


@pytest.mark.parametrize("path", COMMITTED)
def test_every_object_of_a_schema_is_described_and_takes_no_other_field(path: str) -> None:
    schema = json.loads(COMMITTED[path])
    jsonschema.Draft202012Validator.check_schema(schema)
    for found in definitions(schema):
        assert found["additionalProperties"] is False
        assert found["required"] == list(found["properties"])
        assert found["description"]


def test_a_reader_of_the_schema_learns_what_a_field_means() -> None:
    tied = report_schema()["$defs"]["Tied"]["properties"]["others"]
    assert tied["description"] == "Those of `ties` that the user's model rounded the other way."


def test_reports_are_valid_under_the_schema(passing: Report) -> None:
    check = jsonschema.Draft202012Validator(report_schema())
    for report in (passing, of_a_file(passing), on_the_host(passing)):
        check.validate(json.loads(encode(report)))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("version",), 3),
        (("model", "mood"), "good"),
        (("checks", 0, "compared"), -1),
        (("checks", 0, "id"), "rtl.vibes"),
        (("cycles", "predicted"), ["many"]),
        (("layers", 0, "weight_sparsity"), 2),
    ],
)
def test_the_schema_refuses_a_document_with_a_fault(
    passing: Report, place: tuple[Any, ...], value: object
) -> None:
    document = json.loads(encode(passing))
    *path, last = place
    spoiled: Any = document
    for key in path:
        spoiled = spoiled[key]
    spoiled[last] = value
    assert not jsonschema.Draft202012Validator(report_schema()).is_valid(document)


def test_the_schema_wants_every_field(passing: Report) -> None:
    document = json.loads(encode(passing))
    del document["timing"]
    assert not jsonschema.Draft202012Validator(report_schema()).is_valid(document)
