"""What each target made of the network: its refusal, and the values that its executor shows."""

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import ModuleOp

from tercet.errors import TercetError
from tercet.ir.op import IntegerOp, Kernel
from tercet.report.contract import Artifact
from tercet_signoff.compare import computed
from tercet_signoff.context import CheckContext

if TYPE_CHECKING:
    from tercet.targets.fabric.program.plan import Plan


def artifacts(ctx: CheckContext) -> tuple[Artifact, ...]:
    """One for each target, in the order of what is compared."""
    names = computed(ctx)
    return (
        _made("c", _refusal(ctx.module, "C", lambda op: op.c), names, names),
        _made("hls", _refusal(ctx.module, "HLS", lambda op: op.hls), names, names),
        _made("onnx", None, names, names),  # every operator writes itself there
        _made("fabric", None, names, shown(ctx.plan)),
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
