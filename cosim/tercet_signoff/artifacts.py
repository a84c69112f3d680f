"""The artifacts of a network by target, and the subgraphs that run on them."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from tercet.errors import TercetError
from tercet.ir.module import ops_of
from tercet.report.contract import Artifact, Cycles, Subgraph
from tercet.targets import door
from tercet.targets.registry import accelerators
from tercet_signoff.compare import computed
from tercet_signoff.context import CheckContext
from tercet_signoff.layers import spread
from tercet_signoff.registry import all_declared

MAIN = "main"
"""The name of the only subgraph."""
HOST = "host"


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
    """The subgraphs, today one, which is the whole network; cycles follow after the checks.

    It runs on the first accelerator that takes the network, else on the host.
    """
    able = (
        name
        for name in (target.info.name for target in accelerators())
        if isinstance(ctx.artifacts.get(name), door.Artifact)
    )
    target = next(able, HOST)
    made = ctx.artifact("c" if target == HOST else target)
    own = tuple(layer.name for layer in made.layers)
    layers = own or tuple(dict.fromkeys(op.layer.data for op in ops_of(ctx.module)))
    return (Subgraph(MAIN, target, layers, 1, None, None, *made.traffic(ctx.request.batch)),)


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
