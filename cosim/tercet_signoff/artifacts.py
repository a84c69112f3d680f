"""The artifacts of a network by target, and the subgraphs that run on them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from math import prod

from xdsl.ir import SSAValue

from tercet.errors import TercetError
from tercet.ir.module import inputs_of, ops_of, outputs_of
from tercet.ir.types import storage, tensor_type
from tercet.report.contract import Artifact, Cycles, Subgraph
from tercet.targets import door
from tercet_signoff.compare import computed
from tercet_signoff.context import CheckContext
from tercet_signoff.layers import spread
from tercet_signoff.registry import all_declared

MAIN = "main"
"""The name of the only subgraph."""
FABRIC, HOST = "fabric", "host"


def artifacts(ctx: CheckContext) -> tuple[Artifact, ...]:
    """The artifact of each target that a check judges, in the order of the targets."""
    judged = {check.target for check in all_declared()}
    names = computed(ctx)
    return tuple(
        _told(target, made, names) for target, made in ctx.artifacts.items() if target in judged
    )


def _told(target: str, made: door.Artifact | TercetError, names: tuple[str, ...]) -> Artifact:
    if isinstance(made, TercetError):
        return Artifact(target, str(made), 0, ())
    hidden = tuple(name for name in names if name not in set(made.exposes))
    return Artifact(target, None, len(names) - len(hidden), hidden)


def refused(made: Collection[Artifact]) -> tuple[str, ...]:
    """A sentence for the report on every target that refuses the network."""
    return tuple(
        f"the target {one.target} refuses this network, so nothing of it is signed off: "
        f"{one.refusal}"
        for one in made
        if one.refusal is not None
    )


def subgraphs(ctx: CheckContext) -> tuple[Subgraph, ...]:
    """The subgraphs, today one, which is the whole network; cycles follow after the checks."""
    plan = ctx.planned
    if plan is not None:
        layers = tuple(layer.name for layer in plan.layers)
        return (_main(FABRIC, layers, plan.input_bytes, plan.output_bytes),)
    layers = tuple(dict.fromkeys(op.layer.data for op in ops_of(ctx.module)))
    inputs, outputs = _bytes(inputs_of(ctx.module)), _bytes(outputs_of(ctx.module))
    return (_main(HOST, layers, ctx.request.batch * inputs, ctx.request.batch * outputs),)


def _main(target: str, layers: tuple[str, ...], bytes_in: int, bytes_out: int) -> Subgraph:
    return Subgraph(MAIN, target, layers, 1, None, None, bytes_in, bytes_out)


def _bytes(values: Sequence[SSAValue]) -> int:
    """The bytes of one vector, as C stores it."""
    kinds = map(tensor_type, values)
    return sum(prod(kind.get_shape()) * storage(kind.element_type).itemsize for kind in kinds)


def with_cycles(parts: Sequence[Subgraph], cycles: Cycles) -> tuple[Subgraph, ...]:
    """The subgraphs with the cycles of a call; the only one has those from end to end."""
    (main,) = parts
    predicted, measured = cycles.predicted or None, cycles.measured or None
    return (
        replace(
            main,
            cycles_predicted=None if predicted is None else spread(predicted),
            cycles_measured=None if measured is None else spread(measured),
        ),
    )
