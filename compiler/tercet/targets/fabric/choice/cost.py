"""Cycles of a step on its grid: estimated from its patterns, or exact for random activations."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf

import numpy as np

from tercet.errors import CapacityError
from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Kind
from tercet.targets.fabric.format.spec import BUS_BYTES, COLUMN_ALIGN, WORD, FabricSpec
from tercet.targets.fabric.network.density import USUAL
from tercet.targets.fabric.placement.streaming import streamed
from tercet.targets.fabric.placement.units import parts_of
from tercet.targets.fabric.stages.stage import Places, Stage
from tercet.targets.fabric.tiles.grid import up
from tercet.targets.fabric.tiles.pattern import Code
from tercet.targets.fabric.timing import expand_route, expand_walk, frame_time
from tercet.targets.fabric.timing.expand import Flags

UNEVEN = 0.5
"""Extra cycles of the slowest tile, as a multiple of the square root of its cycles."""
START = 40
"""Cycles of a frame's start and end."""
TIE = 0.01
"""Weight of an EXEC's cycle that is hidden behind LOADs."""
SEED = 1


@dataclass(frozen=True)
class Cost:
    """Cost of a step: cycles of its EXEC, cycles to load its weights, and weight columns."""

    execute: float
    load: float
    columns: int
    turned: float = inf
    """Cycles of its EXEC with lanes turned from band to band, which takes more weight columns."""
    times: int = 1
    """Number of pieces of the step that cost the same."""
    of: Hashable = None
    """The whole step that it is a piece of: consecutive pieces of one step share their weights."""


IMPOSSIBLE = Cost(1e12, 0, 0)
"""Cost of a step that does not fit. It is finite, so that fewer of them cost less."""


def cost_of(stage: Stage, spec: FabricSpec, most: int, density: float = USUAL) -> Cost:
    """Cost of a step; `IMPOSSIBLE` if even a part of it is too large for a bank or a table.

    The cycle model runs groups for about `most` cycles; with 0 the formula estimates them.
    `density` is the assumed share of the activations that are not zero.
    """
    depth, columns = spec.bank_a_depth, up(stage.code.columns, COLUMN_ALIGN)
    try:
        parts = parts_of(stage, depth if columns <= depth else depth // 2, spec)
    except CapacityError:
        return IMPOSSIBLE
    if (
        stage.walk.size > spec.walk_depth
        or stage.routes.size > spec.route_depth
        or max(stage.params(groups).shape[1] for groups in parts) > spec.param_depth
    ):
        return IMPOSSIBLE
    load = stage.code.columns * stage.code.images * max(1.0, spec.column_bytes / BUS_BYTES)
    if most:
        execute = sum(sampled(stage, groups, spec, density, most) for groups in parts)
    else:
        execute = about(stage, density)
    return Cost(execute, load, columns)


def streams(costs: Sequence[Cost], spec: FabricSpec) -> bool:
    """Whether bank A is too small for all weights together."""
    return sum(cost.columns for cost in _sharing(costs)) > spec.bank_a_depth


def whole(costs: Sequence[Cost], spec: FabricSpec) -> float:
    """Cycles of a network; streamed weights are loaded while the EXEC before them runs."""
    depth = spec.bank_a_depth
    if not streams(costs, spec):
        return sum(min(cost.execute, cost.turned) * cost.times for cost in costs)
    parts = [
        Cost(cost.execute / count, cost.load / count, -(-cost.columns // count), times=cost.times)
        for cost in _sharing(costs, depth // 2)
        for count in [max(1, -(-cost.columns // (depth // 2)))]
        for _ in range(count)
    ]
    execs = [part.execute for part in parts]
    moving = streamed([part.columns for part in parts], depth)
    waits = sum(
        max(0.0, parts[n].load - ([0.0, *execs])[n]) * parts[n].times for n in sorted(moving)
    )
    return (1 + TIE) * sum(part.execute * part.times for part in parts) + waits


def _sharing(costs: Sequence[Cost], most: int = 1 << 62) -> list[Cost]:
    """Costs with the pieces of a step joined, if they share at most `most` weight columns."""
    found: list[Cost] = []
    for cost in costs:
        if cost.columns > most or not cost.columns:
            found.append(cost)
            continue
        whole = replace(cost, execute=cost.execute * cost.times, times=1)
        last = found[-1] if found else None
        if last and cost.of is not None and (last.of, last.columns) == (cost.of, cost.columns):
            found[-1] = replace(last, execute=last.execute + whole.execute)
        else:
            found.append(whole)
    return found


def about(stage: Stage, density: float) -> float:
    """Estimated cycles of a step, within some percent."""
    code, made = stage.code, stage.code.made
    read = _read(code, density)[code.picks].max(axis=0)  # [repeats]
    if code.kind is Kind.MAC:  # tiles wait for the slowest one
        read = read + UNEVEN * np.sqrt(read)
    if code.kind is Kind.VECTOR:
        again = sum(sum(slots.again) for slots in stage.route.slots)
        return START + float(read.sum() + again) * made.groups
    return START + float(np.maximum(read, _drained(stage)).sum()) * made.groups


def waits(stage: Stage, density: float) -> bool:
    """Whether tiles are estimated to wait for the drain."""
    read = _read(stage.code, density)[stage.code.picks].max(axis=0)
    return bool((_drained(stage) > read).any())


def _drained(stage: Stage) -> IntArray:
    """Cycles to drain a group in each repetition [repeats]."""
    lanes = [sum(b - a for a, b in slots) for slots in stage.route.shown]
    return np.array(lanes) * stage.post.entries


def _read(code: Code, density: float) -> IntArray:
    """Estimated cycles of a tile to read each pattern."""
    share = 1.0 if code.trits is None else float((code.trits != 0).any(2).mean())
    issued = density * share if code.kind is Kind.MAC else 1.0
    return np.array(
        [
            max(
                sum(p.length * issued + p.triple for p in pattern),
                sum(-(-(p.length + 3) // WORD) if p.length > 1 else 1 for p in pattern),
            )
            for pattern in code.patterns
        ]
    )


def sampled(
    stage: Stage, groups: range, spec: FabricSpec, density: float, most: int, half: int = 0
) -> float:
    """Cycles of an EXEC by the cycle model; beyond `most`, extrapolated from some groups."""
    expected = about(stage, density) * len(groups) / stage.code.made.groups
    if expected <= most or len(groups) == 1:
        return exactly(stage, groups, spec, density, half)
    some = groups[: max(1, int(len(groups) * most / expected))]
    return exactly(stage, some, spec, density, half) * len(groups) / len(some)


def exactly(stage: Stage, groups: range, spec: FabricSpec, density: float, half: int) -> int:
    """Cycles of an EXEC by the cycle model, on random activations with a fixed seed."""
    frame = stage.frame(spec, Places(), groups, half)
    walks = {id(tile): tile for tile in stage.walk.tiles}
    known = {key: expand_walk(spec, frame, tile.words(0)) for key, tile in walks.items()}
    segments = [known[id(tile)] for tile in stage.walk.tiles]
    slots = expand_route(spec, frame, stage.routes.tiles[0].words(0))
    flags = _flags(stage, groups, spec)
    return frame_time(spec, frame, segments, slots, _drawn(spec, density), flags).cycles


def _flags(stage: Stage, groups: range, spec: FabricSpec) -> Flags:
    """Whether each weight column of some groups is not zero [tiles, columns]."""
    if stage.code.trits is None:
        return np.zeros((spec.tiles, 1), bool)
    flags = (stage.columns(groups) != 0).any(2)
    return np.asarray(flags[np.arange(spec.tiles) % len(flags)])


@lru_cache(maxsize=16)
def _drawn(spec: FabricSpec, density: float) -> Flags:
    """Whether each random activation is not zero [tiles, places]."""
    rng = np.random.default_rng(SEED)
    return np.asarray(rng.random((spec.tiles, spec.bank_b_depth)) < density)
