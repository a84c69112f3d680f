"""A memory that holds back every handshake at random: the same integers, and no assertion fires."""

from tercet.report.contract import Check
from tercet_cosim.signoff.compare import matching, of_fabric
from tercet_cosim.signoff.context import CheckContext

ID = "rtl.protocol"
VECTORS = 32
STALL = 96
"""Of 256: each handshake is held back in more than a third of the cycles."""


def run(ctx: CheckContext) -> Check:
    from tercet_cosim.run import Memory, simulate

    x = ctx.vectors.x[:VECTORS]
    with ctx.stages.stage("RTL simulation with back-pressure"):
        stalled = simulate(ctx.plan, x, memory=Memory(latency=3, stall=STALL), rtl=ctx.request.rtl)
    want = of_fabric(ctx, stalled.values)
    return matching(ctx, ID, want, stalled.values, f"{len(x)} vectors, no assertion of AXI fired")
