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

    xs = [x[:VECTORS] for x in ctx.vectors.xs]
    with ctx.stages.stage("RTL simulation with back-pressure"):
        memory = Memory(latency=3, stall=STALL)
        stalled = simulate(ctx.plan, *xs, memory=memory, rtl=ctx.request.rtl)
    count = len(xs[0])
    return matching(
        ctx, ID, *of_fabric(ctx, stalled), f"{count} vectors, no assertion of AXI fired"
    )
