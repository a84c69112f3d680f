"""rtl.bitexact: every written sum and result of every layer, and the outputs in memory.

A model's own sums seldom fall on halves, so a rounding test whose sums do runs on the same fabric.
"""

from dataclasses import replace

from tercet.errors import TercetError
from tercet.report.catalogue import Declared
from tercet.report.contract import Check
from tercet.report.pages.words import count
from tercet_signoff.compare import IN_MEMORY, matching, of_fabric
from tercet_signoff.context import CheckContext

CHECK = Declared(
    id="rtl.bitexact",
    title="The RTL equals the integer reference",
    stage="V2",
    item="simulation: every value compared",
    target="fabric",
    applies="of a subgraph",
)
ABOUT = "Tercet's own rounding test (a small network on the same fabric, whose sums fall on halves)"


def run(ctx: CheckContext) -> Check:
    want, got = of_fabric(ctx, ctx.rtl)
    compared = {name.removesuffix(IN_MEMORY) for name in want}
    missing = set(ctx.artifact("fabric").exposes) - compared
    assert not missing, f"the simulation reports nothing of {missing}"
    passed = f"{count(len(want), 'value')} of every vector, and halves"
    own = matching(ctx, CHECK.id, want, got, passed, run=ctx.rtl)
    if own.verdict == "fail":
        return own
    rounding = _rounding(ctx, passed)
    return replace(rounding, compared=own.compared + rounding.compared)


def _rounding(ctx: CheckContext, passed: str) -> Check:
    """The outcome of the rounding test, or of the recorded vector that the request names."""
    from tercet.targets.fabric.planner import make
    from tercet_golden import integer
    from tercet_signoff import rounding

    asked = ctx.request.rounding
    test = rounding.whole(ctx.request.seed) if asked is None else rounding.recorded(asked)
    plan = make(test.module, ctx.plan.spec)
    stage = "RTL simulation of halves"
    try:
        found = ctx.simulate(stage, plan, test.x, wave=f"wave-{rounding.NAME}")
    except TercetError as error:
        raise TercetError(f"{ABOUT}: {error}") from error
    golden = integer.run(test.module, test.x)
    want = {name: value for name, value in golden.items() if name in found.values}
    got = {name: found.values[name].reshape(value.shape) for name, value in want.items()}
    # numbered as in the whole test
    numbered = replace(ctx.request, only=None if asked is None else test.first, batch=1)
    outcome = matching(replace(ctx, request=numbered), CHECK.id, want, got, passed, run=found)
    if outcome.first is None:
        return outcome
    folder = asked or rounding.record(test, outcome.first.vector, plan, want, ctx.request.out)
    return replace(
        outcome,
        detail=f"the network's own values are right; in {ABOUT}, {outcome.detail}. Recorded in"
        f" {folder}",
        rerun=ctx.request.rerun_rounding(folder),
    )
