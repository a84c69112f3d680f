"""Every sum and every result of every layer, as they left the lanes, and the output in memory."""

from tercet.report.contract import Check
from tercet_cosim.signoff.compare import computed, matching
from tercet_cosim.signoff.context import CheckContext

ID = "rtl.bitexact"


def run(ctx: CheckContext) -> Check:
    names = [name for name in computed(ctx) if name in ctx.rtl.values]
    last = ctx.plan.layers[-1].result_name
    want = {name: ctx.golden[name] for name in names} | {"output": ctx.golden[last]}
    missing = {layer.sum_name for layer in ctx.plan.layers} - set(names)
    assert not missing, f"the simulation reports nothing of {missing}"
    return matching(ctx, ID, want, ctx.rtl.values, f"{len(want)} values of every vector")
