"""The JSON of a check: what is written is read back the same; what is no check is refused."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tercet import check
from tercet.check.codec import decode, encode
from tercet.check.contract import Check
from tercet.errors import TercetError, UnsupportedError
from tercet.ir.module import build
from tercet.ir.types import UI8, tensor
from tercet.ops.linear import Linear
from tercet.targets.door import Settings

Document = dict[str, Any]


@pytest.fixture(scope="module")
def found() -> Check:
    """Of a network of one layer, with the grids that were weighed."""
    weight = np.random.default_rng(1).integers(-1, 2, (4, 6))
    module = build([tensor((1, 6), UI8)], lambda x: [Linear(x, weight, np.arange(4), layer="fc")])
    return check.make("net", module, module, Settings("small"), explain=True)


def test_a_check_is_read_back_as_it_was_written(found: Check) -> None:
    assert found.steps
    assert decode(encode(found)) == found


def test_the_check_of_a_refused_model_is_read_back_as_it_was_written() -> None:
    errors: list[TercetError] = [UnsupportedError("fft: no such operator")]
    found = check.refused("net", None, errors, Settings("small"), 12)
    assert decode(encode(found)) == found


def _drop_a_field(document: Document) -> None:
    del document["steps"][1]["result"]["bits"]


def _go_negative(document: Document) -> None:
    document["weights"] = -1


def _write_a_number_in_words(document: Document) -> None:
    document["steps"][1]["weights"]["sparsity"] = "half"


def _invent_a_field(document: Document) -> None:
    document["fabric"]["layers"][0]["mood"] = "good"


def _age(document: Document) -> None:
    document["version"] = 2


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_drop_a_field, "broken at $.steps[1].result: object missing required field `bits`"),
        (_go_negative, "the check is broken at $.weights: expected `int` >= 0"),
        (_write_a_number_in_words, "$.steps[1].weights.sparsity: expected `float`, got `str`"),
        (_invent_a_field, "the check is broken at $.fabric.layers[0]: there is no field `mood`"),
        (_age, "the check has version 2, this tercet reads 1; `tercet check --json` writes it"),
    ],
)
def test_a_document_with_a_fault_is_refused_with_its_place(
    found: Check, spoil: Callable[[Document], None], reason: str
) -> None:
    document = json.loads(encode(found))
    spoil(document)
    with pytest.raises(TercetError) as caught:
        decode(json.dumps(document))
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
