"""Vector steps: every tile computes value by value on the channels and positions that it holds."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Self

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Kind, Mode
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.steps.closings import Greatest, Lookup, Rescale, Thresholds
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.layout import IncompatibleError, Layout
from tercet.targets.fabric.tiles.pattern import (
    Code,
    Lanes,
    Made,
    Pattern,
    Piece,
    placed,
    spans_of,
    spread,
)
from tercet.targets.fabric.tiles.read import least_read, region_of
from tercet.targets.fabric.tiles.routing import Route
from tercet.targets.fabric.tiles.tensor import Region, Tensor
from tercet.targets.fabric.tiles.wish import Wish, spans_from


@dataclass(frozen=True, eq=False, kw_only=True)
class Vector(Step):
    """result[q, n] from items, each an element of an operand.

    `product` multiplies the two items (less their zero points) before the Rescale; otherwise the
    items of a Rescale, less their zero points, are added up, each times its own mul.
    """

    items: IntArray
    """[Q, I, 2]: operand and position of each item; position -1: the real zero."""
    channels: IntArray
    """[operands, N]: the channel of each operand that channel n reads."""
    closing: Rescale | Thresholds | Lookup | Greatest
    product: bool
    columns: IntArray | None = None
    """[N]: the channels of the result that this step makes; None: all."""

    kind = "vector"
    follows = True
    by_item = True

    @property
    def takes_any(self) -> bool:
        return len(self.operands) == 1

    @property
    def rescale_mode(self) -> Mode:
        return Mode.PRODUCT_OF_TWO if self.product else Mode.PRODUCT

    @property
    def pooled(self) -> int | None:
        return None if isinstance(self.closing, Rescale | Lookup) else self.items.shape[1]

    @property
    def copied_to(self) -> int | None:
        if not isinstance(self.closing, Greatest) or self.product or self.rows is not None:
            return None
        if len(self.operands) != 1 or self.items.shape[1] != 1:
            return None
        (x,), every = self.operands, np.arange(self.operands[0].channels)
        columns = np.arange(self.result.channels) if self.columns is None else self.columns
        first = int(columns[0])
        straight = (
            np.array_equal(columns, first + every)
            and np.array_equal(self.channels[0], every)
            and np.array_equal(self.items[:, 0, 1], np.arange(x.positions))
        )
        return first if straight else None

    @property
    def first_channel(self) -> int:
        return 0 if self.columns is None else int(self.columns[0])

    def counting(self, closing: Thresholds) -> Self:
        """The step with its item repeated, once for each threshold."""
        items = np.repeat(self.items, closing.steps.shape[1], axis=1)
        return replace(self, closing=closing, items=items)

    # -- pieces

    @property
    def whole(self) -> bool:
        return self.rows is None and self.columns is None

    @property
    def least_read(self) -> int:
        return least_read(self.operands[0], self.result, self.items[..., 1])

    def of_rows(self, rows: range, result: Tensor) -> Self:
        return replace(self, items=self.items[rows.start : rows.stop], result=result)

    def regions(self, *, narrow: bool) -> list[Region]:
        return [
            region_of(x, np.where(self.items[..., 0] == i, self.items[..., 1], -1), narrow=narrow)
            for i, x in enumerate(self.operands)
        ]

    def of_parts(self, operands: tuple[Tensor, ...], regions: Sequence[Region | None]) -> Self:
        chosen, positions = self.items[..., 0], self.items[..., 1]
        places = [region.places if region else np.asarray for region in regions]
        moved = [np.where(chosen == i, each(positions), 0) for i, each in enumerate(places)]
        items = np.stack([chosen, sum(moved, np.zeros_like(positions))], -1)
        return replace(self, operands=operands, items=items)

    @property
    def geometry(self) -> Hashable:
        return self.items.shape, sha256(np.ascontiguousarray(self.items).tobytes()).digest()

    # -- choice

    def wish(self, grid: Grid, operand: int, lanes: int) -> Wish:
        turns = self._turns(grid)
        items = self.items[turns]
        mine = (turns[..., None] >= 0) & (items[..., 0] == operand)
        return Wish(grid, False, spans_from(spans_of(np.where(mine, items[..., 1], -1))))

    def made_spans(self, grid: Grid, lanes: int) -> IntArray:
        return spans_of(self._turns(grid))

    # -- stages

    def group_counts(self, grid: Grid, reads: tuple[Layout, ...], lanes: int) -> Iterator[int]:
        """Numbers of groups: all channels of a slice on one lane, or fewer groups on more lanes."""
        block = self._block(grid, reads)
        if self._rolled(reads):
            whole = self.columns is None
            yield from (
                g
                for g in range(block, 0, -1)
                if block % g == 0 or (whole and not self._strays(reads, block, g))
            )
        else:
            yield 1

    def made(self, grid: Grid, reads: tuple[Layout, ...], groups: int, spec: FabricSpec) -> Made:
        """The results of the step; the channels of a slice are lanes x groups."""
        block, turns = self._block(grid, reads), self._turns(grid)
        lanes, count = -(-block // groups), self.channels.shape[1]
        k, g, lane = np.ogrid[: grid.slices, :groups, :lanes]
        channels = k * block + lane * groups + g
        inside = (lane * groups + g < block) & (channels < count)
        channels = np.where(inside, channels, -1)
        if self.columns is not None:
            channels = np.where(inside, self.columns[channels], -1)
        if isinstance(self.closing, Lookup) and (channels < 0).any():
            # data of an earlier run may lie there, and index beyond the table
            raise IncompatibleError("an index would be read where no step has written")
        leaders = [[grid.tile(p, 0, k) for k in range(grid.slices)] for p in range(grid.bands)]
        return Made(
            grid,
            placed(turns, self.rows, lanes),
            channels,
            np.array(leaders),
            turns,
        )

    def code(self, made: Made, reads: tuple[Layout, ...], route: Route, spec: FabricSpec) -> Code:
        listed, shown = self._listed(made, reads), route.shown
        unique: dict[Pattern, int] = {}
        picks = np.zeros(made.positions.shape[:2], np.int64)
        anchors = np.zeros(made.positions.shape[:2], np.int64)
        for p, row in enumerate(made.turns.tolist()):
            for r, turn in enumerate(row):
                places = self._places(reads, p, turn)
                anchors[p, r] = next((place for place in places if place is not None), 0)
                mine = [listed[i] for i in self.items[max(turn, 0), :, 0].tolist()]
                pattern = _pattern(places, int(anchors[p, r]), mine, shown[r])
                picks[p, r] = unique.setdefault(pattern, len(unique))
        return Code(
            kind=Kind.VECTOR,
            made=made,
            patterns=tuple(unique),
            picks=picks,
            anchors=anchors,
            act_base=reads[0].base,
            act_group=reads[0].channel_step if made.groups > 1 else 0,
        )

    # -- its own

    def _turns(self, grid: Grid) -> IntArray:
        """Rows of the items [bands, repeats]."""
        return spread(len(self.items), grid.bands)

    def _block(self, grid: Grid, layouts: tuple[Layout, ...]) -> int:
        """Channels of a slice."""
        if grid.slices == 1:
            return int(self.channels.shape[1])
        if self.columns is not None:
            raise IncompatibleError("a part of the channels in several slices")
        same = (self.channels == np.arange(self.result.channels)).all()
        if not same or not self._rolled(layouts) or len({layout.block for layout in layouts}) > 1:
            raise IncompatibleError("channels of several slices are mixed")
        return layouts[0].block

    def _rolled(self, layouts: tuple[Layout, ...]) -> bool:
        """Whether one address step leads from channel to channel in all operands."""
        straight = (np.diff(self.channels, axis=1) == 1).all()
        return bool(straight) and len({layout.channel_step for layout in layouts}) == 1

    def _strays(self, layouts: tuple[Layout, ...], block: int, groups: int) -> bool:
        """Whether groups beyond the last channel are read outside of their operand.

        Other steps may write there at the same time; for a part, even within the larger tensor.
        """
        last = min((-(-block // groups) - 1) * groups, self.channels.shape[1] - 1)
        for i, layout in enumerate(layouts):
            channel = int(self.channels[i, last]) + groups - 1
            place = channel * layout.channel_step + (layout.span - 1) * layout.position_step
            if place >= layout.size or (layout.room is not None and channel >= layout.block):
                return True
        return False

    def _listed(self, made: Made, layouts: tuple[Layout, ...]) -> list[IntArray]:
        """For each operand, the address of every lane's channel in its first group."""
        lanes = np.arange(made.lanes) * made.groups
        lanes = np.minimum(lanes, self.channels.shape[1] - 1)
        return [self.channels[i, lanes] * layout.channel_step for i, layout in enumerate(layouts)]

    def _places(self, layouts: tuple[Layout, ...], band: int, turn: int) -> list[int | None]:
        """Address of each item of a position, less the first operand's base; None: real zero."""
        if turn < 0:
            return [None] * self.items.shape[1]
        return [
            layouts[i].base
            - layouts[0].base
            + int(q - layouts[i].first[band]) * layouts[i].position_step
            if q >= 0
            else None
            for i, q in self.items[turn].tolist()
        ]


def _pattern(
    places: list[int | None],
    anchor: int,
    listed: list[IntArray],
    shown: Sequence[Lanes],
) -> Pattern:
    """The items of every drained lane, slot after slot; `listed` has the channels of each item."""
    last = len(places) - 1
    return tuple(
        Piece(0, 0, 0, n == last)
        if place is None
        else Piece(place - anchor + int(listed[n][lane]), 0, 1, n == last)
        for first, behind in shown
        for lane in range(first, behind)
        for n, place in enumerate(places)
    )


def copy_of(source: Tensor, twin: Tensor) -> Vector:
    """A step that copies a tensor."""
    positions = np.arange(source.positions)
    return Vector(
        name=f"copy of {source.name}",
        operands=(source,),
        items=np.stack([0 * positions, positions], 1)[:, None],
        channels=np.arange(source.channels)[None],
        closing=Greatest(),
        product=False,
        result=twin,
    )
