"""Every integer of every layer that the emitted C99 computed."""

from tercet.report.contract import Check
from tercet_signoff.compare import bitexact
from tercet_signoff.context import CheckContext

ID = "c.bitexact"


def run(ctx: CheckContext) -> Check:
    return bitexact(ctx, ID, ctx.executed("c"))
