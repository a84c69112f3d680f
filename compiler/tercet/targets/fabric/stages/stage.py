"""One step on the tiles with its tables and parameters, without addresses in banks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Exec
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.format.tables import wrap
from tercet.targets.fabric.steps.closings import Sums
from tercet.targets.fabric.steps.parameters import Post, post_of
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.layout import Layout
from tercet.targets.fabric.tiles.pattern import Code, Made
from tercet.targets.fabric.tiles.routing import Destination, Route, route_of
from tercet.targets.fabric.tiles.table import Table, route_table, walk_table
from tercet.targets.fabric.tiles.tensor import Tensor


@dataclass(frozen=True, eq=False)
class Shape:
    """A step with its grid, what it makes, where it reads and where it writes."""

    step: Step
    grid: Grid
    made: Made
    reads: tuple[Layout, ...]
    writes: Layout | None
    """Layout of the result; None: bank C."""
    pitch: int
    """Step from position to position in bank C, equal in all steps that make parts of a result."""

    @property
    def is_output(self) -> bool:
        return self.writes is None


@dataclass(frozen=True)
class Places:
    """Addresses of an EXEC in the banks and tables of every tile."""

    columns: int = 0
    params: int = 0
    walk: int = 0
    route: int = 0
    out: int = 0
    """Address in bank C: bytes, or 32-bit words."""


@dataclass(frozen=True, eq=False)
class Stage:
    """A shape with its tables and parameters."""

    shape: Shape
    code: Code
    route: Route
    post: Post
    walk: Table
    routes: Table
    cut: int = 0
    """Activations of a tile in the first of two EXECs; 0: one EXEC makes the whole sums."""

    @property
    def name(self) -> str:
        return self.shape.step.name

    @property
    def whole(self) -> range:
        """All groups of the stage."""
        return range(self.code.made.groups)

    def columns(self, groups: range) -> IntArray:
        """Weight columns [outs * slices, columns, lanes] of some groups."""
        trits, step = self.code.trits, self.code.col_group
        assert trits is not None
        return trits[:, groups.start * step : groups.stop * step] if step else trits

    def params(self, groups: range) -> npt.NDArray[np.uint8]:
        """Parameter entries [sources, entries, 16] of some groups."""
        step = self.post.group_step
        found = self.post.data
        return found[:, groups.start * step : groups.stop * step] if step else found

    def frame(self, spec: FabricSpec, places: Places, groups: range, half: int = 0) -> Exec:
        """The EXEC of some groups, or of a `half` (1, 2) of the sums, without waits."""
        code, post, first = self.code, self.post, groups.start
        writes = self.shape.writes
        out = places.out if writes is None else writes.base
        return Exec(
            config_id=spec.config_id,
            mask=(1 << spec.tiles) - 1,
            walk=places.walk + (half == 2),
            route=places.route,
            column_base=places.columns,
            act_base=wrap(code.act_base + first * code.act_group),
            groups=len(groups),
            act_group=wrap(code.act_group),
            col_group=wrap(code.col_group),
            out_group=wrap(self.route.out_group),
            out_lane=wrap(self.route.out_lane),
            out_base=wrap(out + first * self.route.out_group),
            param_base=places.params,
            param_group=post.group_step,
            param_lane=post.lane_step,
            low=post.low,
            high=post.high,
            zero_point=post.zero_point,
            kind=code.kind,
            mode=post.mode,
            log2_tk=self.shape.step.summed_slices(self.shape.grid).bit_length() - 1,
            entries=post.entries,
            to_c=self.shape.is_output,
            wide=post.wide,
            chain=half == 1,
            offset=post.offset,
        )


def staged(shape: Shape, spec: FabricSpec) -> Stage:
    """The stage of a shape, whose layouts have their bases."""
    step, made = shape.step, shape.made
    route = route_of(made, destination_of(shape, spec), repeats=step.by_item)
    code = step.code(made, shape.reads, route, spec)
    post = post_of(step, made, spec)
    lane_step = 0 if step.by_item else post.lane_step
    return Stage(shape, code, route, post, walk_table(code), route_table(route, lane_step))


def destination_of(shape: Shape, spec: FabricSpec) -> Destination:
    """The destination of a shape's results: bank B in its layout, or bank C."""
    result = shape.step.result
    if shape.writes is None:
        return Destination.bank_c(result.positions, result.channels, shape.pitch, spec.tiles)
    return Destination.of(shape.writes)


def pitch_in_c(step: Step, made: Made) -> int:
    """Room of one position in bank C, with the lanes beyond the last channel."""
    return max(step.result.channels, int(made.channels.max()) + 1, made.room)


def heard(stage: Stage, groups: range, tiles: int) -> IntArray:
    """Element of the result that each tile exposes in each event [events, tiles]; -1: none."""
    made, result = stage.code.made, stage.shape.step.result
    channels = made.channels[:, groups.start : groups.stop]
    channels = np.where(channels < result.channels, channels, -1)
    events = [
        _shown(made, channels, result, r, lanes, tiles)
        for r, slots in enumerate(stage.route.slots)
        for lanes in [np.concatenate([np.arange(a, b) for a, b in slots.lanes])]
    ]
    return np.concatenate(events)


def _shown(
    made: Made, channels: IntArray, result: Tensor, r: int, lanes: IntArray, tiles: int
) -> IntArray:
    positions = made.positions[:, r, lanes]  # [bands, events of a group]
    picked = channels[:, :, lanes][made.sources]  # [bands, sources, groups, events of a group]
    found = np.full((picked.shape[2], len(lanes), tiles), -1, np.int64)
    element = result.order[positions[:, None, None], picked]
    known = (positions[:, None, None] >= 0) & (picked >= 0)
    element = np.where(known, element, -1)  # [bands, sources, groups, events]
    flat = element.reshape(-1, *element.shape[2:])
    found[:, :, made.leaders.reshape(-1)] = flat.transpose(1, 2, 0)
    return found.reshape(-1, tiles)


def is_wide(step: Step) -> bool:
    return isinstance(step.closing, Sums)


def result_bytes(step: Step) -> int:
    """Bytes of an element of its result in bank C."""
    return 4 if is_wide(step) else 1
