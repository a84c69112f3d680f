"""c.bitexact: every integer of the emitted C99 compared with the reference."""

from tercet.report.catalogue import Declared
from tercet.report.contract import Check
from tercet_signoff.compare import bitexact
from tercet_signoff.context import CheckContext

CHECK = Declared(
    id="c.bitexact",
    title="The emitted C99 equals the integer reference",
    stage="V2",
    item="software: every value compared",
    target="c",
)


def run(ctx: CheckContext) -> Check:
    return bitexact(ctx, CHECK.id, ctx.executed("c"))
