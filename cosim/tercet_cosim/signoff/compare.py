"""Turn a comparison with the integer reference into a check."""

from collections.abc import Mapping

from tercet_golden.compare import compare

from tercet.ir.types import IntArray
from tercet.report.contract import Check, Mismatch
from tercet.report.outcome import measured
from tercet_cosim.signoff.context import CheckContext


def bitexact(ctx: CheckContext, check_id: str, got: Mapping[str, IntArray]) -> Check:
    """Every element of every value in `got` equals the integer reference's."""
    return matching(ctx, check_id, ctx.golden, got, f"{len(got)} values of {_vectors(ctx)}")


def matching(
    ctx: CheckContext,
    check_id: str,
    want: Mapping[str, IntArray],
    got: Mapping[str, IntArray],
    passed: str,
) -> Check:
    """`got` equals `want`, element by element; `passed` is the detail when it does.

    Both are keyed by a value's or counter's name, and the first axis counts the vectors.
    """
    outcome = compare(want, got)
    if outcome.first is None:
        return measured(check_id, outcome.compared, outcome.mismatches, passed)
    wrong = outcome.first
    first = Mismatch(
        wrong.layer, ctx.vector(wrong.vector), wrong.element, wrong.expected, wrong.found
    )
    return measured(
        check_id,
        outcome.compared,
        outcome.mismatches,
        sentence(first),
        first,
        ctx.request.rerun(first.vector),
    )


def sentence(wrong: Mismatch) -> str:
    """Where the first difference is, in words."""
    element = f" element {', '.join(map(str, wrong.element))}" if wrong.element else ""
    return (
        f"first wrong: {wrong.layer}{element} of vector {wrong.vector}: "
        f"expected {wrong.expected}, found {wrong.found}"
    )


def _vectors(ctx: CheckContext) -> str:
    count = len(ctx.vectors.x)
    return "1 vector" if count == 1 else f"{count} vectors"
