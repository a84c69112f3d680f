"""Sums of products over windows: lanes are output channels."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Self

import numpy as np

from tercet.ir.interval import Interval
from tercet.ir.types import IntArray
from tercet.targets.fabric.format import planes
from tercet.targets.fabric.format.frame import Kind
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.steps import columns
from tercet.targets.fabric.steps.closings import Rescale, Sums, Thresholds
from tercet.targets.fabric.steps.step import Accumulators, Step
from tercet.targets.fabric.steps.taps import Phases, patterns_of, phases_of, turns_of
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.layout import IncompatibleError, Layout
from tercet.targets.fabric.tiles.pattern import Code, Made, placed, spans_of
from tercet.targets.fabric.tiles.read import least_read, region_of
from tercet.targets.fabric.tiles.routing import Route
from tercet.targets.fabric.tiles.tensor import Region, Tensor
from tercet.targets.fabric.tiles.wish import Wish, spans_from


@dataclass(frozen=True, eq=False, kw_only=True)
class Mac(Step):
    """acc[q, n] = bias[n] + sum over t, c of weights[t, n, c] * x[taps[q, t], c of n's group].

    With `groups` G, output n reads only the channels of group n // (N / G). Zero points are
    subtracted from activations.
    """

    taps: IntArray
    """[Q, T]: position of x; -1 adds nothing."""
    weights: IntArray
    """[T, N, C / groups]."""
    bias: IntArray
    """[N]."""
    groups: int
    closing: Rescale | Thresholds | Sums
    sum_name: str
    """Name of the sums (with bias) among the values of the graph."""
    phases: int = 1
    """Transposed: positions of one phase (raster modulo stride) share their taps' pattern."""
    sum_factor: IntArray | None = None
    """[N]: factor from this step's sums to the graph's (-1, weight of a pool); None: 1."""

    kind = "mac"

    @property
    def x(self) -> Tensor:
        """Its only operand."""
        return self.operands[0]

    @property
    def accumulators(self) -> Accumulators:
        weights = self.weights.transpose(1, 0, 2)
        return Accumulators(self.sum_name, self.bias, self.sum_factor, weights)

    # -- network

    @property
    def free_channels(self) -> bool:
        return self.groups == 1

    def channel_work(self, lanes: int) -> IntArray:
        groups = -(-self.weights.shape[1] // lanes)
        parts = [(self.weights[:, g::groups] != 0).any(1).sum(0) for g in range(groups)]
        return np.asarray(sum(parts))

    def reordered(self, orders: Mapping[Tensor, IntArray], moved: Mapping[Tensor, Tensor]) -> Self:
        step = self
        if self.x in orders:
            weights = self.weights[:, :, orders[self.x]]
            step = replace(self, operands=(moved[self.x],), weights=weights)
        if self.result not in orders:
            return step
        order = orders[self.result]
        return replace(
            step,
            weights=step.weights[:, order],
            bias=self.bias[order],
            closing=self.closing.reordered(order),
            result=moved[self.result],
            sum_factor=None if self.sum_factor is None else self.sum_factor[order],
        )

    # -- pieces

    @property
    def least_read(self) -> int:
        return least_read(self.x, self.result, self.taps)

    def of_rows(self, rows: range, result: Tensor) -> Self:
        return replace(self, taps=self.taps[rows.start : rows.stop], result=result)

    def regions(self, *, narrow: bool) -> list[Region]:
        return [region_of(self.x, self.taps, narrow=narrow)]

    def of_parts(self, operands: tuple[Tensor, ...], regions: Sequence[Region | None]) -> Self:
        (region,) = regions
        moved = self.taps if region is None else region.places(self.taps)
        return replace(self, operands=operands, taps=moved)

    @property
    def geometry(self) -> Hashable:
        return self.taps.shape, sha256(np.ascontiguousarray(self.taps).tobytes()).digest()

    # -- choice

    def takes_grid(self, grid: Grid) -> bool:
        return self.groups == 1 or (grid.slices == 1 and self.groups % grid.outs == 0)

    def wish(self, grid: Grid, operand: int, lanes: int) -> Wish:
        positions = self._turns(grid)
        read = np.where(positions[..., None] >= 0, self.taps[positions], -1)
        return Wish(grid, False, spans_from(spans_of(read)), even=self.groups > 1)

    def made_spans(self, grid: Grid, lanes: int) -> IntArray:
        return spans_of(self._turns(grid))

    # -- stages

    def group_counts(self, grid: Grid, reads: tuple[Layout, ...], lanes: int) -> Iterator[int]:
        """The fewest groups that fit the lanes, then larger numbers that divide well."""
        outputs = self.weights.shape[1]
        if self.groups == 1:
            share = -(-outputs // grid.outs)
            least = -(-share // lanes)
            yield from range(least, min(share, max(2 * least, 8)) + 1)
        elif self.groups % grid.outs == 0 and grid.slices == 1:
            own = outputs // self.groups
            most = max(1, lanes // own)
            held = self.groups // grid.outs
            if own <= lanes:
                yield from (held // m for m in range(most, 0, -1) if held % m == 0)

    def made(self, grid: Grid, reads: tuple[Layout, ...], groups: int, spec: FabricSpec) -> Made:
        channels, turns = self._channels(grid, groups), self._turns(grid)
        if channels.shape[2] > spec.lanes:
            raise IncompatibleError(f"{channels.shape[2]} outputs in {spec.lanes} lanes")
        leaders = [[grid.tile(p, o, 0) for o in range(grid.outs)] for p in range(grid.bands)]
        positions = placed(turns, self.rows, channels.shape[2])
        return Made(grid, positions, channels, np.array(leaders), turns)

    def code(self, made: Made, reads: tuple[Layout, ...], route: Route, spec: FabricSpec) -> Code:
        (layout,), grid, groups = reads, made.grid, made.groups
        count = planes.needed(Interval(int(self.weights.min()), int(self.weights.max())))
        width, grouped = self._width(grid, layout, groups), self.groups > 1
        patterns, picks, anchors = patterns_of(self.taps, made.turns, layout, width, count)
        trits = (
            columns.of_groups(self.weights, self.groups, made.channels, width, count)
            if grouped
            else columns.of_slices(
                self.weights, made.channels, grid.slices, layout.block, width, count
            )
        )
        unused = spec.lanes - made.channels.shape[2]
        return Code(
            kind=Kind.MAC,
            made=made,
            patterns=patterns,
            picks=picks,
            anchors=anchors,
            act_base=layout.base,
            act_group=width if grouped else 0,
            col_group=count * self.taps.shape[1] * width,
            out_act=groups * width if grouped else 0,
            planes=count,
            trits=np.pad(trits, ((0, 0), (0, 0), (0, unused))),
        )

    def summed_slices(self, grid: Grid) -> int:
        return grid.slices

    @property
    def turns_lanes(self) -> bool:
        return self.groups == 1

    @property
    def can_be_begun(self) -> bool:
        return self.groups == 1

    # -- its own

    @cached_property
    def _phases(self) -> Phases | None:
        return None if self.phases == 1 else phases_of(self.taps)

    def _turns(self, grid: Grid) -> IntArray:
        return turns_of(self.taps, grid.bands, self._phases)

    def _width(self, grid: Grid, layout: Layout, groups: int) -> int:
        """Channels of a position that a tap visits."""
        if self.groups == 1:
            return layout.pitch if layout.inside is None else layout.block
        return self.x.channels // (grid.outs * groups)

    def _channels(self, grid: Grid, groups: int) -> IntArray:
        """The channel of each [out, group, lane]; -1 beyond the last channel."""
        outputs = self.weights.shape[1]
        share = -(-outputs // grid.outs)
        lanes = -(-share // groups)
        o, g, lane = np.ogrid[: grid.outs, :groups, :lanes]
        if self.groups > 1:
            return np.asarray((o * groups + g) * lanes + lane)
        found = (o * lanes + lane) * groups + g
        return np.where(found < outputs, found, -1)
