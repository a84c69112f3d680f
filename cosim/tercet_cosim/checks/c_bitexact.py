"""Every integer of every layer that the emitted C99 computed."""

from tercet.report.contract import Check
from tercet_cosim.signoff.compare import bitexact
from tercet_cosim.signoff.context import CheckContext

ID = "c.bitexact"


def run(ctx: CheckContext) -> Check:
    from tercet_cosim import native

    with ctx.stages.stage("C99: emit, build, run"):
        got = native.run_c(ctx.module, ctx.vectors.x)
    return bitexact(ctx, ID, got)
