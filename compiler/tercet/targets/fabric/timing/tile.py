"""One tile in one cycle: it reads its walk, cuts chunks, queues words and issues columns.

The state of a tile is a record of integers: its registers. Every function reads the values at the
start of a cycle and writes the values of the next one.
"""

from typing import Any

import numpy as np

from tercet.targets.fabric.format.records import COUNTS
from tercet.targets.fabric.format.spec import FIFO_DEPTH, FIFO_FULL, WORD
from tercet.targets.fabric.timing.compiled import compiled

NAMES = (
    *("next", "stop", "wait", "stage"),  # the table: entry to read, one behind, phase, stage S
    *("cut", "act", "column", "rest", "end", "triple"),  # chunk register C
    *("pipe1", "pipe2", "head", "count"),  # words from the memories, the FIFO
    *("held", "left", "item_end", "item_triple"),  # issue register I
    *("token", "token1", "token2", "full", "pending"),
    *(*COUNTS, "first", "last", "moved"),
)
TILE = np.dtype([(name, np.int64) for name in NAMES])
"""State of a tile. I counts its columns only: which columns they are does not change the cycles."""

NOTHING = -1
END, TRIPLE, KEPT = 1 << 4, 1 << 5, 1 << 6
"""Flags in a word of the FIFO, above the number of columns to issue."""


@compiled
def read(unit: Any, entries: Any) -> None:
    """One cycle of reading entries into stage S: a RUN takes a read and a cycle to be latched."""
    if unit.wait == 1:
        unit.wait = 2
    elif unit.stage == NOTHING and unit.next < unit.stop:
        if unit.wait == 0:
            unit.wait = 1
        else:
            unit.stage = unit.next
            unit.next += 1
            if unit.next < unit.stop and entries[unit.next].fresh:
                unit.wait = 0


@compiled
def walk_idle(tile: Any) -> bool:
    """Whether no segment, word or token is between the table and the drain."""
    reads = tile.next < tile.stop or tile.stage != NOTHING or tile.cut
    moves = tile.pipe1 != NOTHING or tile.pipe2 != NOTHING or tile.count
    return not (reads or moves or tile.held or tile.pending)


@compiled
def _todo(tile: Any, t: int, length: int, dense: bool, nonzero: Any, columns: Any) -> int:
    """Columns of a chunk that take a cycle; adds all of them to the counters."""
    tile.columns += length
    if dense:
        return length
    todo = 0
    for i in range(length):
        if not columns[t, tile.column + i]:
            tile.skip_wgt += 1
        elif not nonzero[t, tile.act + i]:
            tile.skip_act += 1
        else:
            todo += 1
    return todo


@compiled
def _emit(tile: Any, t: int, kind: Any, nonzero: Any, columns: Any) -> int:
    """Send one chunk to the memories, and return its word for the FIFO."""
    vector, dense = kind
    if not tile.cut or tile.count >= FIFO_FULL:
        return NOTHING
    length = min(WORD - tile.act % WORD, tile.rest)
    word = tile.triple * TRIPLE
    if not vector:
        word += _todo(tile, t, length, dense, nonzero, columns)
    tile.act += length
    tile.column += length
    tile.rest -= length
    tile.triple = 0
    tile.moved = 1
    if tile.rest == 0:
        tile.cut = 0
        word += tile.end * END
    return int(word + KEPT if vector or word else word)


@compiled
def _cut(tile: Any, segments: Any) -> None:
    """C takes the segment in S."""
    if tile.stage != NOTHING and not tile.cut:
        segment = segments[tile.stage]
        tile.stage = NOTHING
        tile.cut = 1
        tile.act = segment.act
        tile.column = segment.column
        tile.rest = segment.length
        tile.end = segment.end
        tile.triple = segment.triple


@compiled
def _seen(tile: Any, now: int) -> None:
    """Record the first and last cycle of an issue."""
    tile.moved = 1
    tile.last = now
    if tile.first == NOTHING:
        tile.first = now


@compiled
def _issue(tile: Any, now: int) -> None:
    """Issue one thing from I: a triple, a column, or the token."""
    if tile.item_triple:
        tile.item_triple = 0
        tile.moved = 1
    elif tile.left:
        tile.left -= 1
        tile.issued += 1
        _seen(tile, now)
    elif tile.item_end and not tile.pending:
        tile.item_end = 0
        tile.token = 1
        tile.moved = 1
    if not (tile.item_triple or tile.left or tile.item_end):
        tile.held = 0


@compiled
def _load(tile: Any, t: int, fifo: Any) -> None:
    """I takes the FIFO's head."""
    if tile.count and not tile.held:
        word = fifo[t, tile.head]
        tile.head = (tile.head + 1) % FIFO_DEPTH
        tile.count -= 1
        tile.held = 1
        tile.left = word % END
        tile.item_end = int(word & END != 0)
        tile.item_triple = int(word & TRIPLE != 0)


@compiled
def _push(tile: Any, t: int, fifo: Any, word: int) -> None:
    """The words from the memories move on; the last one joins the FIFO."""
    if tile.pipe2 != NOTHING and tile.pipe2 & KEPT:
        fifo[t, (tile.head + tile.count) % FIFO_DEPTH] = tile.pipe2
        tile.count += 1
    tile.pipe2 = tile.pipe1
    tile.pipe1 = word


@compiled
def _drain(tile: Any, release: bool) -> None:
    """Move the token to the drain registers; `release` frees them."""
    tile.full = int(tile.token2 or (tile.full and not release))
    tile.pending = int(tile.token or (tile.pending and not release))
    tile.token2 = tile.token1
    tile.token1 = tile.token
    tile.token = 0


@compiled
def step(
    tiles: Any,
    t: int,
    fifo: Any,
    segments: Any,
    nonzero: Any,
    columns: Any,
    now: int,
    kind: Any,
    go: bool,
) -> None:
    """One cycle. `kind` is (vector, dense); `go` releases the sums, or takes the item."""
    tile, vector = tiles[t], kind[0]
    word = _emit(tile, t, kind, nonzero, columns)
    _cut(tile, segments)
    read(tile, segments)
    if vector:
        if go:
            tile.held = 0
            _seen(tile, now)
    elif tile.held:
        _issue(tile, now)
    _load(tile, t, fifo)
    _push(tile, t, fifo, word)
    _drain(tile, go)
