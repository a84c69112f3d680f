"""Names, intervals and boundaries."""

import numpy as np
import pytest

from tercet.errors import VerifyError
from tercet.ir.host.boundary import entry_of, quantize_input, set_entries
from tercet.ir.host.entry import Entry
from tercet.ir.interval import Interval
from tercet.ir.module import build, parse
from tercet.ir.names import stamp, value_names
from tercet.ir.ranges import ranges
from tercet.ir.types import SI8, UI8, signed, tensor, unsigned
from tercet.ops.linear import Linear

ONES = np.ones((2, 3), np.int64)


def test_values_are_named_by_layer_and_operator_and_repeats_are_numbered() -> None:
    eye = np.eye(2, dtype=np.int64)

    def body(x):  # type: ignore[no-untyped-def]
        return [Linear(x, eye, layer="fc"), Linear(x, eye, layer="fc"), Linear(x, eye, layer="g")]

    names = value_names(build([tensor((1, 2), UI8)], body))
    assert list(names.values()) == ["x", "fc:linear", "fc:linear#2", "g:linear"]


STAMPED = 'tercet.name = "fc:linear"', 'tercet.inputs = ["x"]'


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (STAMPED[0], "", "fc: a value has no name"),
        (STAMPED[0], "tercet.name = 3 : i64", "fc: a value has no name"),
        (STAMPED[0], 'tercet.name = "x"', "two values of the module have one name"),
        (STAMPED[1], "tercet.inputs = []", "tercet.inputs has 0 names, main has 1 inputs"),
        (STAMPED[1], 'tercet.inputs = "x"', 'tercet.inputs is no list of names: "x"'),
    ],
)
def test_names_that_are_missing_or_double_are_refused(old: str, new: str, reason: str) -> None:
    module = build([tensor((1, 3), UI8)], lambda x: [Linear(x, ONES, layer="fc")])
    stamp(module, dict(zip(value_names(module), ["x", "fc:linear"], strict=True)))
    text = str(module)
    assert old in text
    changed = text.replace(old, new).replace(", }", "}")
    with pytest.raises(VerifyError, match=reason):
        value_names(parse(changed))


@pytest.mark.parametrize(
    ("element", "low", "high"),
    [
        (signed(2), -2, 1),
        (unsigned(1), 0, 1),
        (UI8, 0, 255),
        (SI8, -128, 127),
        (signed(32), -(2**31), 2**31 - 1),
    ],
)
def test_the_interval_of_a_type_is_all_it_holds(element, low: int, high: int) -> None:  # type: ignore[no-untyped-def]
    assert Interval.of(element) == Interval(low, high)


def test_an_empty_interval_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="empty interval"):
        Interval(1, 0)


def test_an_accumulator_that_leaves_32_bits_names_its_layer() -> None:
    weight = np.full((1, 80000), 127)
    module = build([tensor((1, 80000), UI8)], lambda x: [Linear(x, weight, layer="deep.fc")])
    with pytest.raises(VerifyError, match=r"^deep.fc: the result of tercet.linear can reach"):
        ranges(module)


def test_entries_survive_the_text() -> None:
    module = build([tensor((1, 3), UI8)], lambda x: [Linear(x, ONES, layer="fc")])
    entry = Entry(np.array(0.1), 3, Interval(0, 15), rounding="floor", zero_after=True, source=1)
    set_entries(module, [entry])
    again = parse(str(module))
    found = entry_of(again)
    assert found.scale == 0.1
    assert (found.zero_point, found.clip) == (3, Interval(0, 15))
    assert (found.rounding, found.zero_after, found.source) == ("floor", True, 1)


def test_an_input_of_the_wrong_shape_is_refused() -> None:
    module = build([tensor((1, 3), UI8)], lambda x: [Linear(x, ONES, layer="fc")])
    with pytest.raises(VerifyError, match=r"rows of shape \(4,\); wanted \(3,\)"):
        quantize_input(module, np.zeros((1, 4)))


def test_a_text_that_is_no_module_is_one_sentence() -> None:
    with pytest.raises(VerifyError, match="no module of our dialects"):
        parse("func.func @main( {")
