"""One EXEC frame: when each tile issues its columns, and when the results are written.

Cycle 0 is the frame's start. Per tile, words of the bitmaps are read from cycle 1 on; a word is
taken one cycle later at the earliest: at once if it has no column to issue, else when the last
column of the word before is being issued. Columns follow one a cycle from the next cycle on. A pass
ends with a token in the place of a column; it waits until the sums of the pass before have been
drained.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tercet.fabric.frame import Exec
from tercet.fabric.mapping import DenseMap
from tercet.fabric.spec import WORD
from tercet.ir.types import IntArray

Bits = npt.NDArray[np.bool_]

TOKEN_TO_FULL = 3
"""Cycles from a token's issue to the first drained value."""
POST = 5
"""Cycles from a drained value to its result's write, besides the adder tree's."""


@dataclass(frozen=True)
class Columns:
    """What a frame visits, [V, T] each."""

    columns: IntArray
    issued: IntArray
    skip_act: IntArray
    skip_wgt: IntArray
    active: IntArray
    """Columns in which a lane meets two operands that are not zero [V, T, L]."""


@dataclass(frozen=True)
class Timeline:
    """When a frame ends, and when it writes; cycles from its start."""

    cycles: IntArray
    """[V]."""
    writes: IntArray
    """Cycles in which a result is written [V, values]."""
    passes: int


def columns_of(acts: IntArray, trits: IntArray, *, dense: bool) -> Columns:
    """Counts of a frame: activations [V, T, K], trits [T, passes, K, L]."""
    nonzero, weights = acts != 0, (trits != 0).any(3)
    passes = trits.shape[1]
    total = np.full(acts.shape[:2], passes * acts.shape[2])
    active = np.einsum("vtk,tpkl->vtl", nonzero.astype(np.int64), (trits != 0).astype(np.int64))
    if dense:
        return Columns(total, total, 0 * total, 0 * total, active)
    skip_act = passes * (~nonzero).sum(2)
    issued = np.einsum("vtk,tpk->vt", nonzero.astype(np.int64), weights.astype(np.int64))
    return Columns(total, issued, skip_act, total - skip_act - issued, active)


def timeline(
    acts: IntArray, trits: IntArray, mapping: DenseMap, frame: Exec, reduce_stages: int
) -> Timeline:
    """The timeline of a frame for every vector: activations [V, T, K], trits [T, passes, K, L]."""
    todo = _todo(acts != 0, (trits != 0).any(3), dense=bool(frame.dense))
    vectors, tiles, passes, words = todo.shape
    taken = np.ones((vectors, tiles), np.int64)
    busy_until = np.zeros((vectors, tiles), np.int64)
    released = np.full(vectors, -1)
    left, writes = (0 if frame.chain else mapping.stream), []
    for p in range(passes):
        for w in range(words):
            ends = w == words - 1 and not frame.chain
            count = todo[:, :, p, w]
            works = (count > 0) | ends
            taken = np.where(works, np.maximum(taken + 1, busy_until), taken + 1)
            busy_until = np.where(works, taken + count, busy_until)
        if frame.chain:
            continue
        token = np.maximum(busy_until + 1, released[:, None] + 1)
        busy_until = token
        values = min(left, mapping.phases * mapping.lanes)
        left -= values
        begin = token.max(1) + TOKEN_TO_FULL
        shown = begin[:, None] + np.arange(values * frame.entries)
        released = shown[:, -1]
        writes.append(shown[:, frame.entries - 1 :: frame.entries] + POST + reduce_stages)
    if frame.chain:
        ends_at = np.maximum(taken, busy_until).max(1) + 1
        return Timeline(ends_at, np.zeros((vectors, 0), np.int64), 0)
    written = np.concatenate(writes, axis=1)
    return Timeline(written[:, -1], written, passes)


def _todo(nonzero: Bits, weights: Bits, *, dense: bool) -> IntArray:
    """Columns to issue [V, T, passes, words] for activations [V, T, K], columns [T, passes, K]."""
    both = nonzero[:, :, None, :] & weights[None]
    if dense:
        both = np.ones_like(both)
    gap = -both.shape[3] % WORD
    padded = np.pad(both, ((0, 0), (0, 0), (0, 0), (0, gap)))
    counts: IntArray = padded.reshape(*both.shape[:3], -1, WORD).sum(4)
    return counts
