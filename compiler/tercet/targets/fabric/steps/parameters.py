"""Post-processing of a step from its closing: the mode, and parameter entries as bytes.

An entry has 16 bytes. A rescale has B (58 bits), M (at bit 58, 32 bits) and s (at bit 90, 6 bits);
B includes the bias and, for s > 0, 2^(s-1) - 1, so that the shift alone rounds (tct_post.sv). A
threshold has the low bits; an entry of a table has eight results of ten bits.
"""

from dataclasses import dataclass
from functools import singledispatch

import numpy as np
import numpy.typing as npt

from tercet.errors import UnsupportedError
from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Exec, Mode
from tercet.targets.fabric.format.spec import (
    ADD_BITS,
    MUL_BITS,
    PARAM_BYTES,
    SHIFT_BITS,
    FabricSpec,
)
from tercet.targets.fabric.steps.closings import Greatest, Lookup, Rescale, Sums, Thresholds
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.pattern import Made

MOST_SHIFT = 50
"""The greatest shift of post-processing; that of operators is in `tercet.ir.arithmetic.limits`."""
TABLE_PART, TABLE_BITS = 8, Exec.layout()["low"].width
MOST_THRESHOLDS = (1 << Exec.layout()["entries"].width) - 1

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Post:
    """The post-processing of a frame."""

    mode: Mode
    low: int
    high: int
    zero_point: int
    offset: int
    wide: bool
    entries: int
    """Entries of one sum."""
    group_step: int
    lane_step: int
    """Step of the entry from lane to lane, or from item to item."""
    data: Bytes
    """[sources, entries, 16]."""


@dataclass(frozen=True, eq=False)
class _Rows:
    """Entries of every channel and of an absent one, which makes 0: [N + 1, E, 16], or one row."""

    mode: Mode
    low: int
    high: int
    data: Bytes
    offset: int = 0
    wide: bool = False


def post_of(step: Step, made: Made, spec: FabricSpec) -> Post:
    """The post-processing of a step whose results are `made`."""
    rows = _rows(step.closing, step, spec)
    alike = len(rows.data) == 1 or bool((rows.data[:-1] == rows.data[:1]).all())
    per = rows.data.shape[1]
    by_lane = not step.by_item and made.by_lane
    group = 0 if alike else per * (made.lanes if by_lane else 1)
    lane = per if by_lane and not alike else 0
    if step.by_item:
        lane = 1 if isinstance(step.closing, Rescale | Thresholds) and per > 1 else 0
        _listed_alike(step.name, made, alike)
    picked = (
        made.channels[:, :1, :1] * 0
        if alike
        else made.channels
        if by_lane
        else made.channels[..., :1]
    )
    data = rows.data[picked].reshape(len(picked), -1, PARAM_BYTES)
    return Post(
        rows.mode,
        rows.low,
        rows.high,
        0 if rows.wide else step.result.zero_point,
        rows.offset,
        rows.wide,
        1 if step.by_item else per,
        group,
        lane,
        data,
    )


def _listed_alike(name: str, made: Made, alike: bool) -> None:
    if made.lanes > 1 and not alike:
        raise UnsupportedError(
            "its channels have a quantizer each and are picked one by one; the "
            "fabric supports one of the two at a time",
            layer=name,
            way_out="quantize per tensor",
        )


@singledispatch
def _rows(closing: object, step: Step, spec: FabricSpec) -> _Rows:
    raise AssertionError(f"no post-processing for {closing}")


@_rows.register
def _rescale(closing: Rescale, step: Step, spec: FabricSpec) -> _Rows:
    mul, zero = np.atleast_2d(closing.mul), step.result.zero_point
    add = closing.add + mul[:, 0] * _bias(step)
    rows = _products(step.name, mul, add, closing.shift, zero)
    return _Rows(step.rescale_mode, closing.low, closing.high, rows)


@_rows.register
def _sums(closing: Sums, step: Step, spec: FabricSpec) -> _Rows:
    bias = _bias(step)
    ones = np.ones((len(bias), 1), np.int64)
    rows = _products(step.name, ones, bias, np.zeros(1, np.int64), 0)
    return _Rows(Mode.PRODUCT, 0, 0, rows, wide=True)


@_rows.register
def _thresholds(closing: Thresholds, step: Step, spec: FabricSpec) -> _Rows:
    steps, zero = closing.steps - _bias(step)[:, None], step.result.zero_point
    entries, most = steps.shape[1], (1 << (spec.acc_width - 1)) - 1
    assert closing.low <= zero <= closing.low + entries
    if entries > MOST_THRESHOLDS:
        raise UnsupportedError(
            f"its quantizer takes {entries} thresholds a channel, the fabric counts up "
            f"to {MOST_THRESHOLDS}",
            layer=step.name,
            way_out="quantize to 8 bits or fewer",
        )
    rows = np.pad(steps, ((0, 1), (0, 0)), constant_values=most)
    rows[-1, : zero - closing.low] = -most - 1
    words = np.zeros((*rows.shape, PARAM_BYTES // 4), "<i4")
    words[..., 0] = np.clip(rows, -most - 1, most)
    high = closing.low + entries
    return _Rows(Mode.THRESHOLD, closing.low, high, words.view(np.uint8))


@_rows.register
def _lookup(closing: Lookup, step: Step, spec: FabricSpec) -> _Rows:
    count = closing.table.shape[1]
    gap = -count % TABLE_PART
    padded = np.pad(closing.table, ((0, 1), (0, gap)), mode="edge")
    parts = padded.reshape(len(padded), -1, TABLE_PART)
    data = np.array([[_part(part) for part in row] for row in parts.tolist()], np.uint8)
    data = data if len(closing.table) > 1 else data[:1]
    offset = step.operands[0].zero_point - closing.first
    return _Rows(Mode.TABLE, int(closing.table.min()), int(closing.table.max()), data, offset)


@_rows.register
def _greatest(closing: Greatest, step: Step, spec: FabricSpec) -> _Rows:
    zero = step.operands[0].zero_point
    return _Rows(Mode.GREATEST, 0, 0, np.zeros((1, 0, PARAM_BYTES), np.uint8), zero)


def _bias(step: Step) -> IntArray:
    """The bias of its sums [N]; [1] zero if it has no sums."""
    return np.zeros(1, np.int64) if step.accumulators is None else step.accumulators.bias


def _products(name: str, mul: IntArray, add: IntArray, shift: IntArray, zero: int) -> Bytes:
    """Entries [N + 1, items, 16]: M, B (with the first item) and s, then a row that makes zero."""
    rows = max(len(mul), len(add), len(shift))
    mul = np.broadcast_to(mul, (rows, mul.shape[1]))
    add, shift = np.broadcast_to(add, rows), np.broadcast_to(shift, rows)
    addend = add + np.where(shift > 0, (1 << np.maximum(shift - 1, 0)) - 1, 0)
    wide = abs(mul).max(1) >= 1 << (MUL_BITS - 1)
    bad = wide | (shift > MOST_SHIFT) | (abs(addend) >= 1 << (ADD_BITS - 1))
    if bad.any():
        channel = int(np.argmax(bad))
        raise UnsupportedError(
            f"channel {channel} is rescaled by {mul[channel].tolist()}, {addend[channel]} "
            f"and a shift of {shift[channel]}; the fabric has {MUL_BITS} and {ADD_BITS} bits "
            f"and shifts by up to {MOST_SHIFT}",
            layer=name,
            way_out="quantize to fewer bits",
        )
    data = [
        [_entry(int(m), int(b) if i == 0 else 0, int(s)) for i, m in enumerate(row)]
        for row, b, s in zip(mul.tolist(), addend.tolist(), shift.tolist(), strict=True)
    ]
    data.append([_entry(0, zero if i == 0 else 0, 0) for i in range(mul.shape[1])])
    return np.array(data, np.uint8)


def _entry(mul: int, add: int, shift: int) -> list[int]:
    return _bits((add, ADD_BITS), (mul, MUL_BITS), (shift, SHIFT_BITS))


def _part(results: list[int]) -> list[int]:
    return _bits(*((result, TABLE_BITS) for result in results))


def _bits(*fields: tuple[int, int]) -> list[int]:
    """16 bytes of (value, width), from the lowest bit up."""
    word, at = 0, 0
    for value, width in fields:
        word |= (value & ((1 << width) - 1)) << at
        at += width
    return list(word.to_bytes(PARAM_BYTES, "little"))
