"""Every integer of every layer that the emitted HLS C++ computed."""

from tercet.report.contract import Check
from tercet_signoff.compare import bitexact
from tercet_signoff.context import CheckContext

ID = "hls.bitexact"


def run(ctx: CheckContext) -> Check:
    return bitexact(ctx, ID, ctx.executed("hls"))
