"""Where a tensor lies in bank B: which positions and channels each tile holds, and where."""

from dataclasses import dataclass, replace

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.format.spec import WORD
from tercet.targets.fabric.tiles.grid import Grid, up
from tercet.targets.fabric.tiles.tensor import Tensor


class IncompatibleError(Exception):
    """A step and a layout that do not go together; the search looks for others."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Band p holds counts[p] positions from first[p] on, slice k the k-th block of channels.

    Channels lie in a row at each position, or, `planar`, positions in a row for each channel.
    """

    tensor: Tensor
    grid: Grid
    planar: bool
    first: IntArray
    counts: IntArray
    block: int
    pitch: int
    """Channels of a slice that have room: the block, and what the producer's groups need."""
    base: int = 0
    inside: "Layout | None" = None
    """The layout of a larger tensor, of whose channels these are some."""
    offset: int = 0
    """Of its base behind that one's."""
    room: int | None = None
    """Channels that may be written; None: the pitch."""

    @property
    def whole(self) -> "Layout":
        """What has a place of its own."""
        return self if self.inside is None else self.inside

    @property
    def span(self) -> int:
        """Positions that have room."""
        return max(1, int(self.counts.max()))

    @property
    def position_step(self) -> int:
        return 1 if self.planar else self.pitch

    @property
    def channel_step(self) -> int:
        return self.span if self.planar else 1

    @property
    def size(self) -> int:
        """Activations of a tile, whole words."""
        return up(self.span * self.pitch, WORD)

    @property
    def signature(self) -> tuple[Grid, bool]:
        """Layouts of a tensor with the same one can be made one."""
        return self.grid, self.planar

    def at(self, base: int) -> "Layout":
        inside = None if self.inside is None else self.inside.at(base)
        return replace(self, base=base + self.offset, inside=inside)

    def part(self, tensor: Tensor, first: int, room: int) -> "Layout":
        """Of a tensor that lies in the channels from `first` on."""
        offset = first * self.channel_step
        return replace(
            self,
            tensor=tensor,
            block=tensor.channels,
            base=self.base + offset,
            inside=self,
            offset=offset,
            room=room,
        )

    def held(self, band: int, piece: int) -> IntArray:
        """Element of the tensor's value at each address of a tile [size]; -1: none."""
        tensor, found = self.tensor, np.full(self.size, -1, np.int64)
        positions = np.arange(self.counts[band])[:, None]
        channels = np.arange(min(self.block, tensor.channels - piece * self.block))[None]
        if channels.size and positions.size:
            where = positions * self.position_step + channels * self.channel_step
            found[where] = tensor.order[self.first[band] + positions, piece * self.block + channels]
        return found


def lay_out(
    tensor: Tensor, grid: Grid, spans: IntArray, *, planar: bool = False, groups: int = 1
) -> Layout:
    """The layout for a reader on `grid`, whose band p reads from spans[p, 0] up to spans[p, 1].

    `groups` are those of the step that writes it: a slice holds whole groups, so the last slices
    may hold less.
    """
    block = -(-tensor.channels // grid.slices)
    room = up(block, groups)
    counts = np.maximum(spans[:, 1] - spans[:, 0], 0)
    return Layout(
        tensor, grid, planar, spans[:, 0], counts, block if grid.slices == 1 else room, room
    )


def joined(a: Layout, b: Layout) -> Layout:
    """One layout for two readers that want the same grid and direction."""
    ends = np.maximum(a.first + a.counts, b.first + b.counts)
    empty_a, empty_b = a.counts == 0, b.counts == 0
    first = np.where(empty_a, b.first, np.where(empty_b, a.first, np.minimum(a.first, b.first)))
    ends = np.where(empty_a, b.first + b.counts, np.where(empty_b, a.first + a.counts, ends))
    counts = np.maximum(ends - first, 0)
    return replace(a, first=first, counts=counts, pitch=max(a.pitch, b.pitch))
