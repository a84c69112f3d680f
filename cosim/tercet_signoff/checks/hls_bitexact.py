"""hls.bitexact: every integer of the emitted HLS C++ compared with the reference."""

from tercet.report.catalogue import Declared
from tercet.report.contract import Check
from tercet_signoff.compare import bitexact
from tercet_signoff.context import CheckContext

CHECK = Declared(
    id="hls.bitexact",
    title="The emitted HLS C++ equals the integer reference",
    stage="V2",
    item="high-level synthesis: every value compared",
    target="hls",
    applies="of an artifact",
)


def run(ctx: CheckContext) -> Check:
    return bitexact(ctx, CHECK.id, ctx.executed("hls"))
