"""Walk and route tables from patterns and slots; repeated lists are written once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tercet.targets.fabric.format.tables import MOST_REPEATS, Run, Segment, Slot, wrap
from tercet.targets.fabric.tiles.pattern import Code, Piece
from tercet.targets.fabric.tiles.routing import Route

Words = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class _Run:
    """A RUN: repetitions of a list, given by its number."""

    item: int
    start: int
    step: int
    repeats: int
    last: bool = False
    """Whether an EXEC ends here; the last run of a table always ends one."""


@dataclass(frozen=True, eq=False)
class _Tile:
    """One tile's runs, and the lists (encoded entries) that they refer to."""

    runs: tuple[_Run, ...]
    lists: tuple[Words, ...]

    @property
    def size(self) -> int:
        return len(self.runs) + sum(map(len, self.lists))

    def words(self, base: int) -> Words:
        """Entries of a table that begins at entry `base`."""
        starts = base + len(self.runs) + np.cumsum([0, *map(len, self.lists)])
        runs = [
            Run(
                start=wrap(run.start),
                step=wrap(run.step),
                list=int(starts[run.item]),
                count=len(self.lists[run.item]),
                repeats=run.repeats,
                last=run.last or n == len(self.runs) - 1,
            ).encode()
            for n, run in enumerate(self.runs)
        ]
        return np.concatenate([np.array(runs, np.uint64), *self.lists])


@dataclass(frozen=True, eq=False)
class Table:
    """One frame's entries on every tile, which can be placed at any base."""

    tiles: tuple[_Tile, ...]

    @property
    def size(self) -> int:
        """Entries of a tile."""
        return max(tile.size for tile in self.tiles)

    def words(self, base: int) -> Words:
        """Entries [tiles, size] of a table that begins at entry `base`."""
        known: dict[int, Words] = {}
        for tile in self.tiles:
            if id(tile) not in known:
                known[id(tile)] = np.pad(tile.words(base), (0, self.size - tile.size))
        return np.stack([known[id(tile)] for tile in self.tiles])


def walk_table(code: Code) -> Table:
    """The walk table of every tile."""
    grid = code.made.grid
    lists = tuple(_segments(pattern) for pattern in code.patterns)
    known = {
        (p, o): _walked(code, lists, p, o) for p in range(grid.bands) for o in range(grid.outs)
    }
    return Table(tuple(known[grid.split(t)[:2]] for t in range(grid.tiles)))


def halved_walk(code: Code, begun: Piece, rest: Piece) -> Table:
    """The walk table of a single window in two RUNs: `begun`, then `rest`."""
    grid = code.made.grid
    anchor = int(code.anchors[0, 0])
    runs = (_Run(0, anchor, 0, 1, last=True), _Run(1, anchor, 0, 1))
    tile = _Tile(runs, (_segments((begun,)), _segments((rest,))))
    return Table((tile,) * grid.tiles)


def _walked(code: Code, lists: Sequence[Words], band: int, out: int) -> _Tile:
    """The walk of the tiles of a band and an output slice, with only the lists that it uses."""
    used, items = np.unique(code.picks[band], return_inverse=True)
    anchors = code.anchors[band] + out * code.out_act
    runs = _straight(items.reshape(-1).tolist(), anchors.tolist())
    return _Tile(tuple(runs), tuple(lists[n] for n in used))


def _segments(pattern: Sequence[Piece]) -> Words:
    return np.array(
        [
            Segment(
                act=wrap(p.act), column=wrap(p.column), length=p.length, end=p.end, triple=p.triple
            ).encode()
            for p in pattern
        ],
        np.uint64,
    )


def _straight(items: Sequence[int], starts: Sequence[int]) -> Iterator[_Run]:
    """Runs of equal items with evenly spaced starts."""
    at = 0
    while at < len(items):
        step, end = 0, at + 1
        while end < len(items) and items[end] == items[at] and end - at < MOST_REPEATS:
            move = starts[end] - starts[end - 1]
            if end == at + 1:
                step = move
            elif move != step:
                break
            end += 1
        yield _Run(items[at], starts[at], step, end - at)
        at = end


def route_table(route: Route, param_lane: int) -> Table:
    """The route table of every tile; the parameters of lanes lie `param_lane` entries apart."""
    lists: dict[Any, int] = {}
    entries: list[Words] = []
    runs: list[_Run] = []
    at = 0
    while at < len(route.slots):
        count, step = _alike(route, at)
        words = _slot_words(route, at, param_lane)
        key = words.tobytes()
        if key not in lists:
            lists[key] = len(entries)
            entries.append(words)
        runs.append(_Run(lists[key], 0, step, count))
        at += count
    tiles = route.slots[0].source.shape[1]
    return Table(
        tuple(_Tile(tuple(runs), tuple(words[t] for words in entries)) for t in range(tiles))
    )


def _alike(route: Route, at: int) -> tuple[int, int]:
    """Number of repetitions from `at` on that share a list, and the step of their addresses."""
    first = route.slots[at]
    heard, step, count = first.listens.astype(bool), 0, 1
    while at + count < len(route.slots) and count < MOST_REPEATS:
        slots = route.slots[at + count]
        if slots.shape != first.shape:
            break
        moves = np.unique((slots.address - route.slots[at + count - 1].address)[heard])
        if len(moves) > 1 or (count > 1 and len(moves) and int(moves[0]) != step):
            break
        step = int(moves[0]) if len(moves) else 0
        count += 1
    return count, step


def _slot_words(route: Route, at: int, param_lane: int) -> Words:
    slots = route.slots[at]
    first, behind = np.array(slots.lanes).T[:, :, None]
    return Slot.encode_all(
        address=wrap(slots.address),
        first=first,
        last=behind - 1,
        source=slots.source,
        listens=slots.listens,
        param=first * param_lane,
        again=np.array(slots.again, np.int64)[:, None],
    ).T
