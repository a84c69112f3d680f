"""Every sum and every result of every layer, as they were written, and the outputs in memory.

A model's own sums seldom fall on halves, so a network in which they do runs on the same fabric.
"""

from dataclasses import replace

from tercet.ir.types import IntArray
from tercet.report.contract import Check
from tercet.report.words import count
from tercet_cosim.signoff.compare import matching, of_fabric
from tercet_cosim.signoff.context import CheckContext

ID = "rtl.bitexact"


def run(ctx: CheckContext) -> Check:
    want, got = of_fabric(ctx, ctx.rtl)
    names = {name for layer in ctx.plan.layers for name in (layer.sum_name, layer.result_name)}
    missing = names & set(ctx.golden) - set(want)
    assert not missing, f"the simulation reports nothing of {missing}"
    passed = f"{count(len(want), 'value')} of every vector, and halves"
    own = matching(ctx, ID, want, got, passed)
    if own.verdict == "fail":
        return own
    ties = matching(ctx, ID, *_ties(ctx), own.detail)
    rerun = None if ties.rerun is None else ctx.request.rerun(0)  # any vector: it runs beside
    return replace(ties, compared=own.compared + ties.compared, rerun=rerun)


def _ties(ctx: CheckContext) -> tuple[dict[str, IntArray], dict[str, IntArray]]:
    """Expected and found on sums that fall on halves."""
    from tercet.plan import make
    from tercet_cosim.run import simulate
    from tercet_cosim.ties import ties
    from tercet_golden import integer

    module, x = ties(ctx.request.seed)
    plan = make(module, ctx.plan.spec)
    with ctx.stages.stage("RTL simulation of halves"):
        found = simulate(plan, x, rtl=ctx.request.rtl).values
    want = {name: value for name, value in integer.run(module, x).items() if name in found}
    return want, {name: found[name].reshape(value.shape) for name, value in want.items()}
