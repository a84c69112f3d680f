"""Names of a tensor's values: QONNX' names, extended by a step and a zero point."""

import re
from dataclasses import dataclass
from math import inf

from tercet.errors import UsageError
from tercet.ir.interval import Interval

NAMED = {"BIPOLAR": Interval(-1, 1), "TERNARY": Interval(-1, 1), "BINARY": Interval(0, 1)}
FAR = 1 << 16


@dataclass(frozen=True)
class InputValues:
    """The values step * (q - zero) for the integers q of an interval."""

    clip: Interval
    step: float = 1.0
    zero: int = 0


def values_of(text: str) -> InputValues | None:
    """The values that `text` names, such as INT8, BIPOLAR, FIXED<8,4>, INT8:0.0625, UINT8:0.1:128.

    None for floats and for unknown names in a file.
    """
    name, *more = text.split(":")
    found = _named(name)
    return found if found is None or not more else _stepped(text, found, more)


def wished(text: str) -> str:
    """`text`, refused unless it names values."""
    if values_of(text) is None:
        raise UsageError(f"input type {text!r}: wanted such as INT8:0.0625 or FIXED<8,4>")
    return text


def _stepped(text: str, found: InputValues, more: list[str]) -> InputValues:
    try:
        step, zero = float(more[0]), int(more[1]) if more[1:] else 0
    except ValueError:
        step, zero = 0.0, 0
    if not 0 < step < inf or len(more) > 2 or found.step != 1 or abs(zero) > FAR:
        raise UsageError(f"input type {text!r}: wanted such as INT8:0.0625 or UINT8:0.1:128")
    return InputValues(found.clip, step, zero)


def _named(name: str) -> InputValues | None:
    if name in NAMED:
        return InputValues(NAMED[name])
    whole = re.fullmatch(r"(U?)INT([1-9]|1[0-6])", name)
    if whole is not None:
        return InputValues(_range(int(whole[2]), not whole[1]))
    fixed = re.fullmatch(r"FIXED<(\d{1,2}),(\d{1,2})>", name)
    if fixed is not None and 1 < int(fixed[1]) <= 16:
        return InputValues(_range(int(fixed[1]), True), 2.0 ** (int(fixed[2]) - int(fixed[1])))
    return None


def _range(bits: int, signed: bool) -> Interval:
    half = 1 << (bits - 1)
    return Interval(-half, half - 1) if signed else Interval(0, 2 * half - 1)
