"""rtl.protocol: equal integers and no fired assertion with a memory that stalls at random."""

from tercet.ir.types import IntArray
from tercet.report.catalogue import Declared
from tercet.report.contract import Check
from tercet.report.pages.words import count
from tercet_signoff.compare import matching, of_fabric
from tercet_signoff.context import CheckContext

CHECK = Declared(
    id="rtl.protocol",
    title="Bus and stream rules held in every cycle",
    stage="V2",
    item="simulation: all interfaces exercised, assertions on",
    target="fabric",
    applies="of a subgraph",
)
VECTORS = 32
STALL = 96
"""The chance of a stall, of 256: more than a third of the cycles of each handshake."""


def run(ctx: CheckContext) -> Check:
    from tercet_cosim.run import Memory

    xs = _vectors(ctx)
    memory = Memory(latency=3, stall=STALL)
    stage = "RTL simulation with back-pressure"
    stalled = ctx.simulate(stage, ctx.plan, *xs, memory=memory, wave="wave-protocol")
    compared = min(ctx.vectors.count, len(xs[0]))
    found = stalled.last(compared)
    passed = f"{count(compared, 'vector')}, no assertion of AXI fired"
    return matching(ctx, CHECK.id, *of_fabric(ctx, found), passed, run=found)


def _vectors(ctx: CheckContext) -> tuple[IntArray, ...]:
    """The first vectors. A rerun runs those before its own too, because they move the stalls."""
    only, batch = ctx.request.only, ctx.request.batch
    if only is None or ctx.whole is None:
        return tuple(x[:VECTORS] for x in ctx.vectors.xs)
    first = only // batch * batch
    if first >= VECTORS:
        return ctx.vectors.xs
    return tuple(x[: first + ctx.vectors.count] for x in ctx.whole.xs)
