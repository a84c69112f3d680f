"""What the tiles read and make in a step, before tables give it addresses."""

from dataclasses import dataclass

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Kind
from tercet.targets.fabric.tiles.grid import Grid


@dataclass(frozen=True)
class Piece:
    """A segment of a walk, relative to the anchor of its repetition."""

    act: int
    column: int
    length: int
    end: bool = False
    triple: bool = False


Pattern = tuple[Piece, ...]
Lanes = tuple[int, int]
"""First lane, and the one behind the last."""


@dataclass(frozen=True, eq=False)
class Made:
    """The results of a step: in each repetition, group and lane, one of every source at once.

    Band p makes, in repetition r, group g and lane l of its n-th source, the element at position
    positions[p, r, l] and channel channels[s, g, l], with s = sources[p, n]; -1: none. The tile
    leaders[p, n] exposes it.
    """

    grid: Grid
    positions: IntArray
    """[bands, repeats, lanes]."""
    channels: IntArray
    """[turns * sources, groups, lanes]: bands p with the same p % turns have the same lanes."""
    leaders: IntArray
    """[bands, sources]."""
    turns: IntArray
    """[bands, repeats]: the row of the step's own tables, or its block; -1: the band idles."""

    @property
    def repeats(self) -> int:
        return int(self.positions.shape[1])

    @property
    def groups(self) -> int:
        return int(self.channels.shape[1])

    @property
    def lanes(self) -> int:
        return int(self.positions.shape[2])

    @property
    def by_lane(self) -> bool:
        """Whether lanes are channels; otherwise they are positions of one channel."""
        return bool((np.diff(self.channels, axis=2) != 0).any())

    @property
    def turned(self) -> int:
        """Number of different assignments of channels to lanes, which bands use in turn."""
        return len(self.channels) // int(self.leaders.shape[1])

    @property
    def sources(self) -> IntArray:
        """The row of `channels` of each band's sources [bands, sources]."""
        bands, count = self.leaders.shape
        rows = np.arange(bands)[:, None] % self.turned
        return np.asarray(rows * count + np.arange(count))

    @property
    def room(self) -> int:
        """Channels of a position that are written, with those beyond the last channel."""
        _, groups, lanes = self.channels.shape
        return int(self.leaders.shape[1] * groups * (lanes if self.by_lane else 1))

    @property
    def reach(self) -> int:
        """The channel behind the last one that is written, over all groups of each used lane."""
        known = (self.channels[:, 1:] >= 0) & (self.channels[:, :-1] >= 0)
        steps = np.diff(self.channels, axis=1)[known]
        more = (self.groups - 1) * int(steps.max(initial=0))
        return max(int(self.channels[:, 0].max()) + more, int(self.channels.max())) + 1


@dataclass(frozen=True, eq=False)
class Code:
    """The activations that a step reads, and the weight columns that meet them."""

    kind: Kind
    made: Made
    patterns: tuple[Pattern, ...]
    picks: IntArray
    """[bands, repeats]: number of the pattern that a band reads."""
    anchors: IntArray
    """[bands, repeats]: activation address that the pattern is relative to, less `act_base`."""
    act_base: int
    act_group: int
    col_group: int = 0
    out_act: int = 0
    """Step of the activation address from output slice to output slice."""
    planes: int = 1
    trits: IntArray | None = None
    """[outs * slices, columns, lanes]: weight columns of the tiles of a band."""

    @property
    def columns(self) -> int:
        """Weight columns of a tile."""
        return 0 if self.trits is None else int(self.trits.shape[1])

    @property
    def images(self) -> int:
        """Number of different weight images among the tiles."""
        return 0 if self.trits is None else len(self.trits)


def placed(turns: IntArray, rows: IntArray | None, lanes: int) -> IntArray:
    """Positions [bands, repeats, lanes] of the result, the same in all lanes."""
    found = turns if rows is None else np.where(turns >= 0, rows[turns], -1)
    return np.repeat(found[:, :, None], lanes, axis=2)


def spread(count: int, bands: int, chunk: int | None = None) -> IntArray:
    """Positions [bands, repeats] of `count` consecutive ones; -1 beyond the end."""
    chunk = -(-count // bands) if chunk is None else chunk
    found = np.arange(bands)[:, None] * chunk + np.arange(chunk)
    return np.where(found < count, found, -1)


def spans_of(read: IntArray) -> IntArray:
    """First position and the one behind the last [bands, 2] that each band reads."""
    flat = read.reshape(len(read), -1)
    valid = flat >= 0
    first = np.where(valid, flat, np.iinfo(np.int64).max).min(1)
    last = np.where(valid, flat, -1).max(1)
    empty = ~valid.any(1)
    return np.stack([np.where(empty, 0, first), np.where(empty, 0, last + 1)], 1)
