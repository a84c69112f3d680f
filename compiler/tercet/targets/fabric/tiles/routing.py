"""The route of a step: slots that say which tiles write each lane's result, and where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.tiles.layout import IncompatibleError, Layout
from tercet.targets.fabric.tiles.pattern import Lanes, Made

MOST_LANES = 64
"""A slot counts lanes with 6 bits."""


@dataclass(frozen=True, eq=False)
class Destination:
    """Where results are written: bank B of all tiles, or bank C, which uses the slots of tile 0.

    Addresses are relative to the result's base.
    """

    tiles: int
    first: IntArray
    """[tiles]: first position held."""
    counts: IntArray
    low: IntArray
    """[tiles]: first channel held, and the one behind the last."""
    high: IntArray
    position_step: int
    channel_step: int
    block: int

    @classmethod
    def of(cls, layout: Layout) -> "Destination":
        """Bank B with this layout."""
        grid = layout.grid
        where = np.array([grid.split(t) for t in range(grid.tiles)])
        low = where[:, 2] * layout.block
        return cls(
            grid.tiles,
            layout.first[where[:, 0]],
            layout.counts[where[:, 0]],
            low,
            np.minimum(low + layout.block, layout.tensor.channels),
            layout.position_step,
            layout.channel_step,
            layout.block,
        )

    @classmethod
    def bank_c(cls, positions: int, channels: int, pitch: int, tiles: int) -> "Destination":
        """Bank C: the channels of a position are adjacent, positions are `pitch` apart."""
        ones = np.zeros(tiles, np.int64)
        counts, high = ones.copy(), ones.copy()
        counts[0], high[0] = positions, channels
        return cls(tiles, ones, counts, ones, high, pitch, 1, channels)


@dataclass(frozen=True, eq=False)
class Slots:
    """The slots of one repetition: arrays [slots] and [slots, tiles]."""

    lanes: tuple[Lanes, ...]
    again: tuple[bool, ...]
    """Whether a slot writes the value of the slot before again, for other tiles."""
    source: IntArray
    listens: IntArray
    address: IntArray

    @property
    def shape(self) -> tuple[object, ...]:
        """Key of repetitions that can share a list."""
        return self.lanes, self.again, self.source.tobytes(), self.listens.tobytes()


@dataclass(frozen=True, eq=False)
class Route:
    """The slots of every repetition, and the steps of the write address."""

    slots: tuple[Slots, ...]
    out_group: int
    out_lane: int

    @property
    def drained(self) -> int:
        """Lanes drained in one group of every repetition together."""
        return sum(b - a for slots in self.slots for a, b in slots.lanes)

    @property
    def shown(self) -> tuple[tuple[Lanes, ...], ...]:
        """The lanes of every slot that takes a new value, by repetition."""
        return tuple(
            tuple(lanes for lanes, again in zip(slots.lanes, slots.again, strict=True) if not again)
            for slots in self.slots
        )


def route_of(made: Made, destination: Destination, *, repeats: bool) -> Route:
    """The route of the results to a destination. Raises IncompatibleError if no slots express it.

    A sum stays in its lane until all tiles have read it; with `repeats`, a value is written again.
    """
    group, lane = _steps(made, destination)
    cuts = _channel_cuts(made, destination)
    known: dict[bytes, _Hearings] = {}
    slots = []
    for r in range(made.repeats):
        positions = made.positions[:, r]
        held = _held(positions, destination)
        breaks = _breaks(positions, held, lane, destination)
        shown = (positions >= 0).any(0)
        key = held.tobytes() + breaks.tobytes() + shown.tobytes()
        if key not in known:
            points = np.unique([0, made.lanes, *(np.flatnonzero(breaks) + 1), *cuts])
            real = (made.channels[:, 0] >= 0).any(0)
            lanes = list(_intervals(np.logical_and(shown, real).tolist(), points.tolist()))
            known[key] = _hearings(made, destination, held, lanes, repeats)
        slots.append(known[key].at(positions, destination))
    return Route(tuple(slots), group, lane)


def _steps(made: Made, destination: Destination) -> tuple[int, int]:
    """Steps of the address from group to group and from lane to lane."""
    offset = made.channels % destination.block * destination.channel_step
    same = made.channels // destination.block
    known = made.channels >= 0
    if (known[:, 1:] & known[:, :1] & (same[:, 1:] != same[:, :1])).any():
        raise IncompatibleError("a lane's groups lie in several slices")
    group = _only(np.diff(offset, axis=1)[known[:, 1:] & known[:, :-1]], "groups")
    within = known[:, :, 1:] & known[:, :, :-1] & (same[:, :, 1:] == same[:, :, :-1])
    moves = np.diff(offset, axis=2)[within]
    if made.lanes > 1 and (np.diff(made.channels, axis=2) == 0).all():
        return group, destination.position_step
    return group, _only(moves, "lanes")


def _only(steps: IntArray, what: str) -> int:
    found = np.unique(steps)
    if len(found) > 1:
        raise IncompatibleError(f"{what} are not evenly spaced")
    return int(found[0]) if len(found) else 0


def _channel_cuts(made: Made, destination: Destination) -> IntArray:
    """Lanes before which the slice of some source changes."""
    first = made.channels[:, 0]
    piece = np.where(first >= 0, first // destination.block, -1)
    return np.flatnonzero((np.diff(piece, axis=1) != 0).any(0)) + 1


@dataclass(frozen=True, eq=False)
class _Hearings:
    """Which tile listens to which in repetitions that are alike: an entry a slot and listener."""

    lanes: tuple[Lanes, ...]
    again: tuple[bool, ...]
    source: IntArray
    listens: IntArray
    where: tuple[IntArray, IntArray]
    """Slot and tile of each entry."""
    made: tuple[IntArray, IntArray]
    """Band and first lane that the tile listens to."""
    offset: IntArray
    """The address of the result, less that of its position."""

    def at(self, positions: IntArray, destination: Destination) -> Slots:
        """The slots of a repetition in which bands make these positions [bands, lanes]."""
        address = np.zeros_like(self.source)
        address[self.where] = self.offset + positions[self.made] * destination.position_step
        return Slots(self.lanes, self.again, self.source, self.listens, address)


def _hearings(
    made: Made, destination: Destination, held: IntArray, intervals: Sequence[Lanes], repeats: bool
) -> _Hearings:
    """The slots for intervals of lanes in which held [tiles, bands, lanes] are equal.

    Results without reader are drained as well, so that every result is exposed.
    """
    lanes: list[Lanes] = []
    found = [np.zeros((5, 0), np.int64)]
    for first, behind in intervals:
        turns, *_ = heard = _heard(made, destination, held, first)
        count = int(turns.max(initial=-1)) + 1
        alone = repeats and count > 1
        for begin in range(first, behind) if alone else (first,):
            entries = np.array(_heard(made, destination, held, begin) if begin > first else heard)
            entries[0] += len(lanes)
            found.append(np.vstack([entries, np.full(entries.shape[1], begin)]))
            lanes += [(begin, begin + 1 if alone else behind)] * max(count, 1)
    if not lanes:  # the tiles idle, but their empty sums must be drained
        lanes.append((0, 1))
    slot, tile, band, leader, lane = np.concatenate(found, axis=1)
    source, listens = np.zeros((2, len(lanes), destination.tiles), np.int64)
    source[slot, tile], listens[slot, tile] = made.leaders[band, leader], 1
    channel = made.channels[made.sources[band, leader], 0, lane] - destination.low[tile]
    place = channel * destination.channel_step - destination.first[tile] * destination.position_step
    again = tuple(repeats and n > 0 and lanes[n] == lanes[n - 1] for n in range(len(lanes)))
    return _Hearings(tuple(lanes), again, source, listens, (slot, tile), (band, lane), place)


def _held(positions: IntArray, destination: Destination) -> IntArray:
    """[tiles, bands, lanes]: whether a tile holds the position that a band makes."""
    place = positions[None] - destination.first[:, None, None]
    inside = (positions[None] >= 0) & (place >= 0) & (place < destination.counts[:, None, None])
    return np.asarray(inside)


def _breaks(
    positions: IntArray, held: IntArray, lane_step: int, destination: Destination
) -> IntArray:
    """Lanes behind which a slot must end, as flags [lanes - 1]."""
    moves = np.diff(positions, axis=1)
    together = (positions[:, 1:] >= 0) & (positions[:, :-1] >= 0)
    even = moves * destination.position_step == (lane_step if moves.any() else 0)
    changed = np.diff(held.astype(np.int8), axis=2) != 0
    return np.asarray((together & ~even).any(0) | changed.any((0, 1)))


def _intervals(shown: Sequence[bool], points: list[int]) -> Iterator[Lanes]:
    """Intervals of lanes that one slot can drain, without lanes that no band uses."""
    for first, behind in pairwise(points):
        if shown[first]:
            for start in range(first, behind, MOST_LANES):
                yield start, min(behind, start + MOST_LANES)


def _heard(
    made: Made, destination: Destination, held: IntArray, lane: int
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Turn, tile, band and source of everything that tiles read from a lane."""
    channel = made.channels[:, 0, lane]
    mine = (channel >= destination.low[:, None]) & (channel < destination.high[:, None])
    tiles, bands, sources = np.nonzero(held[:, :, lane, None] & mine[:, made.sources])
    turns = np.arange(len(tiles)) - np.searchsorted(tiles, tiles)
    return turns, tiles, bands, sources
