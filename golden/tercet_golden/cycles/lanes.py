"""The sums of one pass in one tile: all segments up to the one that ends a sum."""

from typing import Any

import numpy as np

from tercet.targets.fabric.timing.compiled import compiled

OK, RACE, SHORT = 0, -1, -2
"""A kernel's status: no error, a read of the frame's own results, missing segments."""

CURSOR = np.dtype([(name, np.int64) for name in ("at", "stop", "overflow", "failed")])
"""Of a tile: the next segment, the one behind the last, whether a sum overflowed, the status."""


@compiled
def wrapped(value: int, width: int) -> int:
    """The low bits of a value, as a signed number."""
    return ((value + (1 << (width - 1))) & ((1 << width) - 1)) - (1 << (width - 1))


@compiled
def _triple(acc: Any, width: int) -> int:
    """Triple all sums; returns whether a sum overflows."""
    overflow = 0
    for lane in range(len(acc)):
        value = 3 * acc[lane]
        acc[lane] = wrapped(value, width)
        overflow |= int(acc[lane] != value)
    return overflow


@compiled
def _column(acc: Any, trits: Any, x: int, width: int) -> int:
    """Add x times each lane's trit; returns whether a sum overflows."""
    overflow, half = 0, 1 << (width - 1)
    for lane in range(len(acc)):
        value = acc[lane] + trits[lane] * x
        acc[lane] = ((value + half) & (2 * half - 1)) - half
        overflow |= int(acc[lane] != value)
    return overflow


@compiled
def _active(active: Any, trits: Any) -> None:
    """Count the lanes whose operands are both nonzero."""
    for lane in range(len(trits)):
        active[lane] += int(trits[lane] != 0)


@compiled
def one_pass(cursor: Any, segments: Any, acc: Any, bank: Any, active: Any, how: Any) -> bool:
    """Add the segments from the cursor on; returns whether one ended the sum.

    `bank` is the tile's (activations, written, columns, trits), `how` is (dense, bits of a sum).
    """
    acts, written, columns, weights = bank
    dense, width = how
    while cursor.at < cursor.stop:
        segment = segments[cursor.at]
        cursor.at += 1
        if segment.triple:
            cursor.overflow |= _triple(acc, width)
        for i in range(segment.length):
            x, place = acts[segment.act + i], segment.column + i
            if written[segment.act + i]:
                cursor.failed = RACE
            if dense or (x != 0 and columns[place]):
                cursor.overflow |= _column(acc, weights[place], x, width)
            if x != 0 and len(active) > 0 and (dense or columns[place]):
                _active(active, weights[place])
        if segment.end:
            return True
    return False


@compiled
def item(cursor: Any, segments: Any, bank: Any) -> tuple[int, bool]:
    """The next item of a vector frame, and whether it is the last of its value."""
    acts, written, _, _ = bank
    if cursor.at == cursor.stop:
        cursor.failed = SHORT
        return 0, True
    segment = segments[cursor.at]
    cursor.at += 1
    if segment.length == 0:
        return 0, bool(segment.end)
    if written[segment.act]:
        cursor.failed = RACE
    return acts[segment.act], bool(segment.end)
