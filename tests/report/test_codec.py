"""report.json: what is written is read back the same; what is not a report is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.helpers.reports import of_a_file, on_the_host, with_checks

from tercet.errors import TercetError
from tercet.report.codec import decode, encode
from tercet.report.contract import Mismatch, Report
from tercet.report.outcome import measured

Document = dict[str, Any]


def failing(passing: Report) -> Report:
    """One vector of which the RTL got one value wrong, in a simulation that says no cycles."""
    wrong = measured(
        "rtl.bitexact", 9, 2, "wrong", Mismatch("fc1:linear", 4, (0, 7), -3, 3), "tercet verify m"
    )
    bare = replace(
        passing,
        vectors=replace(passing.vectors, count=1, only=4),
        layers=tuple(replace(layer, cycles_measured=None) for layer in passing.layers),
        cycles=replace(passing.cycles, measured=None),
    )
    return with_checks(bare, [wrong if c.id == wrong.id else c for c in passing.checks])


@pytest.mark.parametrize(
    ("variant", "verdict"),
    [(replace, "pass"), (failing, "fail"), (of_a_file, "pass"), (on_the_host, "pass")],
    ids=["of a module", "of a failure", "of a file", "of a network on the host"],
)
def test_a_report_is_read_back_as_it_was_written(
    passing: Report, variant: Callable[[Report], Report], verdict: str
) -> None:
    report = variant(passing)
    assert report.verdict == verdict
    assert decode(encode(report)) == report


def _forge(document: Document) -> None:
    document["checks"][6]["mismatches"] = 1


def _drop_timing(document: Document) -> None:
    del document["timing"]


def _drop_a_name(document: Document) -> None:
    del document["layers"][1]["name"]


def _invent_a_field(document: Document) -> None:
    document["model"]["mood"] = "good"


def _invent_one_in_a_list(document: Document) -> None:
    document["checks"][3]["first"] = {"layer": "a", "vector": 0, "element": [0]}
    document["checks"][3]["first"] |= {"expected": 1, "found": 2, "why": "?"}


def _go_negative(document: Document) -> None:
    document["checks"][0]["compared"] = -1


def _write_a_number_in_words(document: Document) -> None:
    document["cycles"]["predicted"][1] = "many"


def _drop_a_batch(document: Document) -> None:
    document["cycles"]["density"].pop()


def _leave_the_choices(document: Document) -> None:
    document["checks"][0]["verdict"] = "maybe"


def _divide_by_zero(document: Document) -> None:
    document["layers"][0]["weight_sparsity"] = float("nan")


def _age(document: Document) -> None:
    document["version"] = 3


def _forget_its_version(document: Document) -> None:
    del document["version"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_forge, "its checks make it 'fail': hls.bitexact differs in 1 of 1000: 3 values"),
        (_drop_a_batch, "broken at $.cycles: figures of 2, 3 batches"),
        (_drop_timing, "broken at $: object missing required field `timing`; `tercet verify`"),
        (_drop_a_name, "broken at $.layers[1]: object missing required field `name`"),
        (_invent_a_field, "broken at $.model: there is no field `mood`"),
        (_invent_one_in_a_list, "broken at $.checks[3].first: there is no field `why`"),
        (_go_negative, "broken at $.checks[0].compared: expected `int` >= 0"),
        (_write_a_number_in_words, "at $.cycles.predicted[1]: expected `int`, got `str`"),
        (_leave_the_choices, "broken at $.checks[0].verdict: invalid enum value 'maybe'"),
        (_divide_by_zero, "report.json is no JSON: NaN is no number of JSON"),
        (_age, "report.json has version 3, this tercet reads 4; `tercet verify` writes it anew"),
        (_forget_its_version, "report.json has no version, this tercet reads 4"),
    ],
)
def test_a_document_with_a_fault_is_refused_with_its_place(
    passing: Report, spoil: Callable[[Document], None], reason: str
) -> None:
    document = json.loads(encode(passing))
    spoil(document)
    with pytest.raises(TercetError) as caught:
        decode(json.dumps(document))
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"version": "1"}', '{"version": 4}'])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(TercetError, match=r"report\.json"):
        decode(text)


@pytest.mark.parametrize("place", ["verdict", "warnings"])
def test_half_a_character_is_refused_or_kept(passing: Report, place: str) -> None:
    """A path whose bytes are no text comes into a report as half a character of UTF-16."""
    document = json.loads(encode(passing))
    document[place] = "\udc80" if place == "verdict" else ["\udc80"]
    if place == "verdict":
        with pytest.raises(TercetError, match="half a character"):
            decode(json.dumps(document))
    else:
        assert decode(json.dumps(document)).warnings == ("\udc80",)
