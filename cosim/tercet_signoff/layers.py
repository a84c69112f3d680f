"""The report's rows: predicted and measured cycles of every layer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tercet.ir.host.boundary import entries_of
from tercet.ir.types import FloatArray
from tercet.report.contract import Cycles, Layer, Mapped, Spread, Subgraph
from tercet_signoff.context import CheckContext

if TYPE_CHECKING:
    from tercet.targets.fabric.program.plan import LayerPlan
    from tercet_cosim.run import Run
    from tercet_golden.cycles import LayerCycles, Prediction


def rows(ctx: CheckContext, parts: Sequence[Subgraph]) -> tuple[Layer, ...]:
    """One row for each layer of the plan, in order; none if the cycle model failed.

    Each row names its subgraph among `parts`.
    """
    if ctx.planned is None or (costs := _prediction(ctx)) is None:
        return ()
    run = ctx.simulated
    of = {layer: part.name for part in parts for layer in part.layers}
    return tuple(
        _row(layer, of[layer.name], costs.layers[layer.name], run) for layer in ctx.plan.layers
    )


def cycles(ctx: CheckContext) -> Cycles:
    """The cycles from doorbell to irq, for every batch."""
    if ctx.planned is None or (costs := _prediction(ctx)) is None:
        return Cycles((), None, ())
    run = ctx.simulated
    return Cycles(
        predicted=tuple(map(int, costs.cycles)),
        measured=None if run is None else tuple(map(int, run.cycles)),
        density=tuple(map(float, _density(ctx))),
    )


def _density(ctx: CheckContext) -> FloatArray:
    """The share of nonzero elements of each batch [R]; the last batch may be short."""
    inputs = zip(ctx.vectors.xs, entries_of(ctx.module), strict=True)
    flags = [(x != entry.zero_point).reshape(len(x), -1) for x, entry in inputs]
    whole: FloatArray = np.concatenate(flags, axis=1).mean(axis=1)
    batch = ctx.request.batch
    return np.add.reduceat(whole, np.arange(0, len(whole), batch)) / batch


def spread(values: npt.ArrayLike) -> Spread:
    """The least, mean and greatest of a figure over the vectors."""
    array = np.asarray(values, np.float64)
    return Spread(float(array.min()), float(array.mean()), float(array.max()))


def _row(layer: "LayerPlan", subgraph: str, cost: "LayerCycles", run: "Run | None") -> Layer:
    grid, (positions, channels) = layer.grid, layer.shape
    passes = layer.groups * -(-positions // grid.bands)
    # the columns of a group and plane, over all input slices
    inputs = layer.columns * grid.slices // max(1, layer.groups * layer.planes)
    return Layer(
        name=layer.name,
        subgraph=subgraph,
        inputs=inputs,
        outputs=positions * channels,
        kind=layer.kind,
        mapping=Mapped(grid.slices, grid.outs, passes, grid.bands, layer.planes),
        weight_sparsity=float(layer.weight_sparsity),
        activation_sparsity=spread(cost.skip_act / np.maximum(cost.columns - cost.skip_wgt, 1)),
        columns=spread(cost.columns),
        issued=spread(cost.issued),
        skip_act=spread(cost.skip_act),
        skip_wgt=spread(cost.skip_wgt),
        cycles_predicted=spread(cost.exec_cycles),
        cycles_measured=None if run is None else spread(run.layer_cycles[layer.name]),
        efficiency=spread(cost.efficiency),
    )


def _prediction(ctx: CheckContext) -> "Prediction | None":
    """The prediction of the cycle model, or None if it failed; the checks report the reason."""
    try:
        return ctx.prediction
    except Exception:
        return None
