"""Where each operator runs: on the fabric as a whole network, or on the host."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from xdsl.dialects.builtin import ModuleOp

from tercet.check.contract import Fabric, Layer, Place
from tercet.check.facts import kind_of
from tercet.check.search import Search, grid_of
from tercet.check.slices import pieces
from tercet.errors import CapacityError, TercetError, UnsupportedError
from tercet.ir.module import ops_of
from tercet.ir.names import value_names
from tercet.ir.op import IntegerOp
from tercet.targets.fabric import planner
from tercet.targets.fabric.choice.effort import USUAL, Asked
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.lower.registry import takes
from tercet.targets.fabric.program.plan import LayerPlan, Plan

MOVED = Place("fabric", "the steps around it read and write as it moves")
NOT_ALONE = "the fabric runs whole networks, and not this one"


@dataclass(frozen=True, eq=False)
class Planned:
    """What the planner said."""

    spec: FabricSpec
    plan: Plan | None
    reasons: tuple[str, ...]
    """Why there is none, the first that it met first."""
    search: Search


def planned(module: ModuleOp, spec: FabricSpec, asked: Asked = USUAL) -> Planned:
    """Ask the planner. Where a network has no steps, every piece of it is asked for its reason."""
    search = Search()
    try:
        return Planned(spec, planner.make(module, spec, search, asked=asked), (), search)
    except UnsupportedError as error:
        return Planned(spec, None, _distinct(str(error), *_refusals(module)), search)
    except CapacityError as error:
        return Planned(spec, None, (str(error),), search)


def _distinct(*reasons: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reasons))


def _refusals(module: ModuleOp) -> Iterator[str]:
    for piece in pieces(module):
        try:
            lower(piece)
        except TercetError as error:
            yield str(error)


def fabric_of(found: Planned, *, explain: bool = False) -> Fabric:
    """What the fabric makes of the network, or why it does not take it."""
    layers = () if found.plan is None else found.plan.layers
    search = found.search.choices(layers) if explain else ()
    reason = "" if found.plan is not None else found.reasons[0]
    return Fabric(found.spec.name, not reason, reason, tuple(map(_layer, layers)), search)


def _layer(found: LayerPlan) -> Layer:
    positions, channels = found.shape
    return Layer(
        name=found.name,
        kind=cast(Literal["mac", "depthwise", "vector"], found.kind),
        result=found.result_name,
        grid=grid_of(found.grid),
        positions=positions,
        channels=channels,
        groups=found.groups,
        lanes=found.lanes,
        planes=found.planes if found.columns else 0,
        columns=found.columns,
        sparsity=found.weight_sparsity,
    )


def places(module: ModuleOp, found: Planned) -> Mapping[IntegerOp, Place]:
    """The place of every operator."""
    names = value_names(module)
    return {op: _place(op, names[op.results[0]], found) for op in ops_of(module)}


def _place(op: IntegerOp, name: str, found: Planned) -> Place:
    if found.plan is None:
        return Place("host", _own_reason(op, name, found.reasons) or NOT_ALONE)
    makers = [x for x in found.plan.layers if name in (x.sum_name, x.result_name)]
    where = ", ".join(dict.fromkeys(f"{x.name} on {x.grid} tiles" for x in makers))
    return Place("fabric", where) if makers else MOVED


def _own_reason(op: IntegerOp, name: str, reasons: tuple[str, ...]) -> str:
    """Why the fabric would not take this operator wherever it stood; "" if it would."""
    if not takes(type(op)):
        return f"the fabric has no {kind_of(op)}"
    for reason in reasons:
        about, colon, why = reason.partition(": ")
        if colon and about in (op.layer.data, name):
            return why
    return ""
