"""Every integer of every layer that the emitted HLS C++ computed."""

from tercet.report.contract import Check
from tercet_cosim.signoff.compare import bitexact
from tercet_cosim.signoff.context import CheckContext

ID = "hls.bitexact"


def run(ctx: CheckContext) -> Check:
    from tercet_cosim import native

    with ctx.stages.stage("HLS C++: emit, build, run"):
        got = native.run_hls(ctx.module, ctx.vectors.x)
    return bitexact(ctx, ID, got)
