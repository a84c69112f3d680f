"""What a check says of an error: its fields, never a part of its text."""

import pickle

import pytest

from tercet.check.make import refused
from tercet.errors import TercetError, UnsupportedError, distinct
from tercet.targets.door import Settings


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (UnsupportedError("is large"), "is large"),
        (UnsupportedError("is large", layer="fc1"), "fc1: is large"),
        (UnsupportedError("is large", wanted="less"), "is large; wanted less"),
        (
            UnsupportedError("is large", layer="fc1", wanted="less", way_out="cut it"),
            "fc1: is large; wanted less; cut it",
        ),
    ],
    ids=["found", "layer", "wanted", "all"],
)
def test_an_error_reads_layer_found_wanted_way_out(error: TercetError, text: str) -> None:
    assert str(error) == text
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.layer) == (text, error.layer)


def test_a_problem_has_the_layer_of_its_error_and_no_part_of_a_text() -> None:
    errors: list[TercetError] = [
        UnsupportedError("is large", layer="fc1"),
        UnsupportedError("torch.export cannot follow: it said so"),
    ]
    found = refused("net", None, errors, Settings("small"), 0)
    assert [one.layer for one in found.problems] == ["fc1", ""]
    assert [one.message for one in found.problems] == [str(one) for one in errors]


def test_two_errors_of_one_text_are_said_once() -> None:
    one, other = UnsupportedError("x", layer="a"), UnsupportedError("a: x")
    assert len(distinct([one, other, one])) == 1
