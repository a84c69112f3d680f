"""Every integer of every layer that the emitted C99 computed."""

from tercet.report.contract import Check
from tercet_signoff.compare import bitexact
from tercet_signoff.context import CheckContext

ID = "c.bitexact"


def run(ctx: CheckContext) -> Check:
    from tercet_signoff.executors import native

    return bitexact(ctx, ID, native.run_c(ctx.module, *ctx.vectors.xs))
