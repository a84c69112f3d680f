"""The user's own model compared with the integer reference: a module, or a file."""

from typing import TYPE_CHECKING

import numpy as np

from tercet.ir.host.boundary import entries_of, sources
from tercet.ir.types import IntArray
from tercet.report.contract import Check, EndToEnd, Mismatch
from tercet.report.end_to_end import summary
from tercet.report.outcome import measured
from tercet_signoff.compare import sentence
from tercet_signoff.context import CheckContext

if TYPE_CHECKING:
    import torch

    from tercet_golden.user_model.explained_differences import Judged


def pytorch(ctx: CheckContext, check_id: str, dtype: "torch.dtype") -> Check:
    """The outcome of comparing PyTorch at every quantizer; explained elements are counted."""
    from torch import nn

    from tercet_golden.user_model import torch_golden

    model = ctx.model.module
    assert isinstance(model, nn.Module), "the catalogue keeps files away"
    of_inputs: dict[int, IntArray] = {}
    for entry, q in zip(entries_of(ctx.module), ctx.vectors.xs, strict=True):
        of_inputs.setdefault(entry.source, q)
    xs = [of_inputs.get(i, np.zeros((0,))) for i in range(sources(ctx.module))]
    given = model, ctx.module, xs, ctx.golden, dtype
    found, whole = torch_golden.compare(*given), torch_golden.end_to_end(*given)
    return _judged(ctx, check_id, found, whole)


def file(ctx: CheckContext, check_id: str) -> Check:
    """The outcome of comparing an ONNX file at every quantizer, by a third-party executor."""
    from tercet.frontends.onnx import OnnxModel
    from tercet_golden.user_model import file_golden

    model = ctx.model.module
    assert isinstance(model, OnnxModel), "the catalogue keeps modules away"
    xs = ctx.vectors.xs
    found, whole = file_golden.compare(model, ctx.captured, ctx.module, xs, ctx.golden)
    return _judged(ctx, check_id, found, whole)


def _judged(ctx: CheckContext, check_id: str, outcome: "Judged", whole: EndToEnd) -> Check:
    if outcome.first is None:
        detail = f"{_agreement(ctx, outcome)}; {summary(whole)}"
        counts = outcome.compared, outcome.mismatches
        return measured(check_id, *counts, detail, end_to_end=whole)
    wrong = outcome.first
    first = Mismatch(
        wrong.layer, ctx.vector(wrong.vector), wrong.element, wrong.expected, wrong.found
    )
    return measured(
        check_id,
        outcome.compared,
        outcome.mismatches,
        f"{sentence(first)}, and no tie is near",
        first,
        ctx.request.rerun(first.vector),
        whole,
    )


def _agreement(ctx: CheckContext, outcome: "Judged") -> str:
    """A sentence with the number of explained elements, and the one farthest from its tie."""
    if not outcome.explained:
        return "no element differs"
    worst = max(outcome.explained, key=lambda element: element.distance)
    rate = 1 - len(outcome.explained) / outcome.compared
    place = ", ".join(map(str, worst.element))
    return (
        f"{100 * rate:.4f} % equal; {len(outcome.explained)} differ by one step next to a tie, at "
        f"most {worst.distance:.1e} of a step from it: {worst.layer} element {place} "
        f"of vector {ctx.vector(worst.vector)}"
    )
