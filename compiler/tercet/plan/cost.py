"""How long a step takes on its grid: about, from its patterns, or exactly, on drawn activations."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from tercet.fabric.frame import Kind
from tercet.fabric.spec import BUS_BYTES, COLUMN_ALIGN, WORD, FabricSpec
from tercet.fabric.timing import exec_time
from tercet.ir.types import IntArray
from tercet.plan.code import Code
from tercet.plan.grid import up
from tercet.plan.stage import Places, Stage

DENSITY = 0.5
"""Share of the activations that are taken to be non-zero."""
UNEVEN = 0.5
"""How many square roots of its cycles the slowest tile takes more."""
START = 40
"""Cycles that a frame takes besides."""
SEED = 1


@dataclass(frozen=True)
class Cost:
    """Of a step: cycles of its EXEC, of loading its weights, and its weight columns."""

    execute: float
    load: float
    columns: int
    turned: float = inf
    """Cycles of its EXEC with lanes turned from band to band; these take more weights."""


IMPOSSIBLE = Cost(inf, 0, 0)


def cost_of(stage: Stage, spec: FabricSpec, *, exact: bool) -> Cost:
    """What a step costs; impossible where even a part of it is too large for a bank or table."""
    at_once = stage.code.col_group or stage.code.columns
    if (
        at_once > spec.bank_a_depth
        or stage.walk.size > spec.walk_depth
        or stage.routes.size > spec.route_depth
        or stage.post.data.shape[1] > spec.param_depth
    ):
        return IMPOSSIBLE
    images = 0 if stage.code.trits is None else len(stage.code.trits)
    load = stage.code.columns * images * max(1.0, spec.column_bytes / BUS_BYTES)
    execute = exactly(stage, spec) if exact else about(stage)
    return Cost(execute, load, up(stage.code.columns, COLUMN_ALIGN))


def whole(costs: Sequence[Cost], spec: FabricSpec) -> float:
    """Cycles of a network: weights that do not fit are loaded behind the step before."""
    if sum(cost.columns for cost in costs) <= spec.bank_a_depth:
        return sum(min(cost.execute, cost.turned) for cost in costs)
    before = [0.0, *(cost.execute for cost in costs)]
    waits = (max(0.0, cost.load - hidden) for cost, hidden in zip(costs, before, strict=False))
    return sum(cost.execute for cost in costs) + sum(waits)


def about(stage: Stage) -> float:
    """Cycles of a step, within some percent."""
    code, made = stage.code, stage.code.made
    read = _read(code)[code.picks].max(axis=0)  # [repeats]
    if code.kind is Kind.MAC:  # tiles wait for the slowest one
        read = read + UNEVEN * np.sqrt(read)
    if code.kind is Kind.VECTOR:
        again = sum(sum(slots.again) for slots in stage.route.slots)
        return START + float(read.sum() + again) * made.groups
    drained = [sum(b - a for a, b in slots) * stage.post.entries for slots in stage.route.shown]
    return START + float(np.maximum(read, drained).sum()) * made.groups


def _read(code: Code) -> IntArray:
    """Cycles in which a tile reads each pattern, about."""
    share = 1.0 if code.trits is None else float((code.trits != 0).any(2).mean())
    issued = DENSITY * share if code.kind is Kind.MAC else 1.0
    return np.array(
        [
            max(
                sum(p.length * issued + p.triple for p in pattern),
                sum(-(-(p.length + 3) // WORD) if p.length > 1 else 1 for p in pattern),
            )
            for pattern in code.patterns
        ]
    )


def exactly(stage: Stage, spec: FabricSpec) -> int:
    """Cycles of a step by the cycle model, on activations drawn once for all."""
    rng = np.random.default_rng(SEED)
    nonzero = rng.random((spec.tiles, 1 << 16)) < DENSITY
    columns = np.zeros((spec.tiles, max(1, stage.code.columns)), bool)
    if stage.code.trits is not None:
        flags = (stage.code.trits != 0).any(2)
        columns = flags[np.arange(spec.tiles) % len(flags)]
    frame = stage.frame(spec, Places(), stage.whole)
    walk, route = stage.walk.words(0), stage.routes.words(0)[0]
    return exec_time(spec, frame, walk, route, nonzero, columns).cycles
