"""What became of the network: the artifact of each target, and the parts that run on them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import ModuleOp

from tercet.errors import TercetError
from tercet.ir.op import IntegerOp, Kernel
from tercet.report.contract import Artifact, Cycles, Subgraph
from tercet_signoff.compare import computed
from tercet_signoff.context import CheckContext
from tercet_signoff.layers import spread

if TYPE_CHECKING:
    from tercet.targets.fabric.program.plan import Plan

MAIN = "main"
"""The name of the one part that there is today."""


def artifacts(ctx: CheckContext) -> tuple[Artifact, ...]:
    """One for each target, in the order of what is compared."""
    names = computed(ctx)
    return (
        _made("c", _refusal(ctx.module, "C", lambda op: op.c), names, names),
        _made("hls", _refusal(ctx.module, "HLS", lambda op: op.hls), names, names),
        _made("onnx", None, names, names),  # every operator writes itself there
        _made("fabric", None, names, shown(ctx.plan)),
    )


def subgraphs(ctx: CheckContext) -> tuple[Subgraph, ...]:
    """One, which is all of the network; without cycles, which are known after all checks."""
    return (
        Subgraph(
            name=MAIN,
            target="fabric",
            layers=tuple(layer.name for layer in ctx.plan.layers),
            calls=1,
            cycles_predicted=None,
            cycles_measured=None,
            bytes_in=ctx.plan.input_bytes,
            bytes_out=ctx.plan.output_bytes,
        ),
    )


def with_cycles(parts: Sequence[Subgraph], cycles: Cycles) -> tuple[Subgraph, ...]:
    """The same, with the cycles of a call: of the one part, those from end to end."""
    (main,) = parts
    predicted, measured = cycles.predicted or None, cycles.measured or None
    return (
        replace(
            main,
            cycles_predicted=None if predicted is None else spread(predicted),
            cycles_measured=None if measured is None else spread(measured),
        ),
    )


def shown(plan: "Plan") -> set[str]:
    """The names of the values that the fabric's test bench hears, and of its outputs."""
    return {*_heard(plan), *(port.name for port in plan.outputs)}


def refused(made: Collection[Artifact]) -> tuple[str, ...]:
    """A sentence for the report on every target that takes no part."""
    return tuple(
        f"the target {one.target} refuses this network, so nothing of it is signed off: "
        f"{one.refusal}"
        for one in made
        if one.refusal is not None
    )


def _made(
    target: str, refusal: str | None, names: tuple[str, ...], exposed: Collection[str]
) -> Artifact:
    if refusal is not None:
        return Artifact(target, refusal, 0, ())
    hidden = tuple(name for name in names if name not in exposed)
    return Artifact(target, None, len(names) - len(hidden), hidden)


def _refusal(
    module: ModuleOp, target: str, kernel: Callable[[IntegerOp], Kernel | None]
) -> str | None:
    """Why there is no program of kernels, None where there is one."""
    from tercet.targets.shared.program import program

    try:
        program(module, "net", target, kernel)
    except TercetError as error:
        return str(error)
    return None


def _heard(plan: "Plan") -> Iterator[str]:
    for heard in plan.heard.values():
        layer = plan.layers[heard.layer]
        yield layer.result_name
        if layer.sum_name is not None and heard.bias is not None:
            yield layer.sum_name
        yield from heard.within
