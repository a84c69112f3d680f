"""Every integer that the wires computed."""

from tercet.report.catalogue import Declared
from tercet.report.contract import Check
from tercet_signoff.compare import bitexact
from tercet_signoff.context import CheckContext

CHECK = Declared(
    id="spatial.bitexact",
    title="The wires equal the integer reference",
    stage="V2",
    item="toy: every value compared",
    target="spatial",
    applies="of a subgraph",
)


def run(ctx: CheckContext) -> Check:
    return bitexact(ctx, CHECK.id, ctx.executed("spatial"))
