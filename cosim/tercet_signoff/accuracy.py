"""The accuracy of each executor on the vectors whose class is known."""

from typing import TYPE_CHECKING

import numpy as np

from tercet.ir.module import outputs_of
from tercet.ir.names import value_names
from tercet.ir.types import IntArray, shape_of
from tercet.report.contract import Accuracy, Answers
from tercet_signoff.context import CheckContext

if TYPE_CHECKING:
    from tercet_cosim.run import Run


def require_classes(ctx: CheckContext) -> None:
    """Refuse given classes that the network does not have."""
    from tercet_golden.user_model import classes

    if ctx.model.labels:
        classes.require(ctx.model.labels, ctx.module, ctx.model.source)


def measured(ctx: CheckContext) -> Accuracy | None:
    """The accuracy of the integer reference, the user's own model, and the RTL if it ran.

    None if no class is known, and in the rerun of one vector.
    """
    from tercet_golden.user_model import classes

    labels = np.array(ctx.model.labels[: ctx.request.vectors], np.int64)
    if not labels.size or ctx.request.only is not None:
        return None
    count = len(labels)
    found = {"integers": classes.of_integers(ctx.module, _first(ctx.golden, count))}
    with ctx.stages.stage("accuracy of the model"):
        xs = [x[:count] for x in ctx.model.samples]
        found[_executor(ctx)] = classes.of_model(ctx.model, xs)
    if (run := ctx.simulated) is not None:
        found["RTL"] = classes.of_integers(ctx.module, _in_memory(ctx, run, count))
    want = found["integers"]
    answers = (
        Answers(name, int((got == labels).sum()), int((got != want).sum()))
        for name, got in found.items()
    )
    return Accuracy(count, tuple(answers))


def _first(values: dict[str, IntArray], count: int) -> dict[str, IntArray]:
    return {name: value[:count] for name, value in values.items()}


def _executor(ctx: CheckContext) -> str:
    from torch import nn

    return "PyTorch" if isinstance(ctx.model.module, nn.Module) else "the file"


def _in_memory(ctx: CheckContext, run: "Run", count: int) -> dict[str, IntArray]:
    """The network's outputs in memory, in the shapes of the graph."""
    names = value_names(ctx.module)
    return {
        names[value]: run.outputs[names[value]][:count].reshape(count, *shape_of(value)[1:])
        for value in outputs_of(ctx.module)
    }
