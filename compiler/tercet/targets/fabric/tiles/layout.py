"""Layout of a tensor in bank B: the positions and channels that each tile holds, and where."""

from dataclasses import dataclass, replace

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.format.spec import WORD
from tercet.targets.fabric.tiles.grid import Grid, up
from tercet.targets.fabric.tiles.tensor import Tensor


class IncompatibleError(Exception):
    """A step and a layout are not compatible; the search tries others."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Band p holds counts[p] positions from first[p] on; slice k holds the k-th block of channels.

    The channels of a position are adjacent; if `planar`, the positions of a channel are.
    """

    tensor: Tensor
    grid: Grid
    planar: bool
    first: IntArray
    counts: IntArray
    block: int
    pitch: int
    """Channels of a slice with room: the block, and those that the producer's groups add."""
    base: int = 0
    inside: "Layout | None" = None
    """The layout of the larger tensor that it lies inside."""
    offset: int = 0
    """Distance of its base from the larger tensor's."""
    room: int | None = None
    """Channels that its producer may write; None: the pitch."""

    @property
    def whole(self) -> "Layout":
        """The layout of the tensor with a place of its own: the larger one, or itself."""
        return self if self.inside is None else self.inside

    @property
    def span(self) -> int:
        """Positions with room: those of the largest band."""
        return max(1, int(self.counts.max()))

    @property
    def position_step(self) -> int:
        return 1 if self.planar else self.pitch

    @property
    def channel_step(self) -> int:
        return self.span if self.planar else 1

    @property
    def size(self) -> int:
        """Activations of a tile, in whole words."""
        return up(self.span * self.pitch, WORD)

    @property
    def signature(self) -> tuple[Grid, bool]:
        """Layouts of one tensor with the same signature can be joined."""
        return self.grid, self.planar

    def at(self, base: int) -> "Layout":
        inside = None if self.inside is None else self.inside.at(base)
        return replace(self, base=base + self.offset, inside=inside)

    def part(self, tensor: Tensor, first: int, room: int) -> "Layout":
        """The layout of `tensor`, which lies in the channels from `first` on."""
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
        """Element of the value at each address of a tile [size]; -1: none."""
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
    """The layout for a reader on `grid`; band p reads positions spans[p, 0] to spans[p, 1] - 1.

    `groups` are those of the step that writes it: a slice holds whole groups, so the last slices
    may hold fewer channels.
    """
    block = -(-tensor.channels // grid.slices)
    room = up(block, groups)
    counts = np.maximum(spans[:, 1] - spans[:, 0], 0)
    return Layout(
        tensor, grid, planar, spans[:, 0], counts, block if grid.slices == 1 else room, room
    )


def joined(a: Layout, b: Layout) -> Layout:
    """The joined layout of two layouts with the same signature."""
    ends = np.maximum(a.first + a.counts, b.first + b.counts)
    empty_a, empty_b = a.counts == 0, b.counts == 0
    first = np.where(empty_a, b.first, np.where(empty_b, a.first, np.minimum(a.first, b.first)))
    ends = np.where(empty_a, b.first + b.counts, np.where(empty_b, a.first + a.counts, ends))
    counts = np.maximum(ends - first, 0)
    return replace(a, first=first, counts=counts, pitch=max(a.pitch, b.pitch))
