"""Post-processing: the result of a value from its sums or items.

An entry has 96 bits: B at 0 (58 bits), M at 58 (32), s at 90 (6). For s > 0, B includes
2^(s-1) - 1, so the shift rounds halves down. A half, whose shifted-out bits are all ones, is
rounded up if that makes the result even. A threshold is the low bits of an entry; a table's entry
is eight results of 10 bits.
"""

from typing import Any

import numpy as np

from tercet.targets.fabric.format.frame import Mode
from tercet.targets.fabric.timing.compiled import compiled
from tercet_golden.cycles.lanes import wrapped

RESULT, WIDE, ACT = 10, 32, 9
"""Bits of a result, of a wide result, and of an activation or item."""
SUM, PLACE = 59, 11
"""Bits of a sum of products, and of an item with its offset."""
TABLE_ROW = 8
"""Results in a table's entry."""

VALUE = np.dtype([(name, np.int64) for name in ("sum", "count", "most", "held", "product")])
"""The state of a value in a tile between its entries or items."""


@compiled
def _add(entry: Any) -> int:
    return wrapped(int(np.int64(entry[0] & np.uint64((1 << 58) - 1))), 58)


@compiled
def _mul(entry: Any) -> int:
    low, high = entry[0] >> np.uint64(58), entry[1] << np.uint64(6)
    return wrapped(int(np.int64((low | high) & np.uint64(0xFFFFFFFF))), 32)


@compiled
def _shift(entry: Any) -> int:
    return int(np.int64(entry[1] >> np.uint64(26) & np.uint64(63)))


@compiled
def _looked_up(entry: Any, number: int) -> int:
    """Result `number`, 0 to 7, of a table's entry."""
    at = np.uint64(RESULT * number)
    if number < 6:
        bits = entry[0] >> at
    elif number == 6:
        bits = entry[0] >> at | entry[1] << np.uint64(4)
    else:
        bits = entry[1] >> np.uint64(6)
    return wrapped(int(np.int64(bits & np.uint64(1023))), RESULT)


@compiled
def take(value: Any, x: int, entry: Any, first: bool, how: Any) -> None:
    """Process an entry or item of a value; `how` is (mode, low, offset, bits of a sum)."""
    mode, low, offset, width = how
    if mode == Mode.PRODUCT_OF_TWO:
        item = wrapped(x, ACT)
        value.sum = wrapped(_add(entry) + _mul(entry) * value.held * item, SUM)
        value.held = item if first else value.held
    elif mode == Mode.PRODUCT:
        value.sum = wrapped((_add(entry) if first else value.sum) + _mul(entry) * x, SUM)
    elif mode == Mode.THRESHOLD:
        step = wrapped(int(np.int64(entry[0] & np.uint64((1 << 32) - 1))), width)
        value.count = (low if first else value.count) + int(x >= step)
    elif mode == Mode.GREATEST:
        item = wrapped(x + offset, PLACE)
        value.most = item if first else max(value.most, item)


@compiled
def _rounded(total: int, shift: int, low: int, high: int) -> int:
    floor, ones = total >> shift, (1 << shift) - 1
    if shift > 0 and total & ones == ones:
        floor += floor & 1
    if floor < low:
        return low
    return min(floor, high)


@compiled
def result(value: Any, x: int, entry: Any, how: Any, clip: Any) -> int:
    """The result of a value after its last entry or item; `clip` is (high, wide)."""
    mode, low, offset, _ = how
    high, wide = clip
    if wide:
        return wrapped(value.sum, WIDE)
    if mode == Mode.THRESHOLD:
        return wrapped(value.count, RESULT)
    if mode == Mode.GREATEST:
        return wrapped(value.most, RESULT)
    if mode == Mode.TABLE:
        return _looked_up(entry, (x + offset) % TABLE_ROW)
    return _rounded(value.sum, _shift(entry), low, high)
