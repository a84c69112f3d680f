"""Every requantization and threshold against its certificate; every value against its type."""

from tercet.ir.ranges import ranges
from tercet.passes.certificate import certificates
from tercet.passes.check import check
from tercet.report.contract import Check
from tercet.report.outcome import measured
from tercet_cosim.signoff.context import CheckContext

ID = "numerics.certificates"


def run(ctx: CheckContext) -> Check:
    """Compared are the channels with a certificate and the values whose type must hold them."""
    values, claimed = ranges(ctx.module), certificates(ctx.module)
    findings = [finding for claim in claimed if (finding := check(claim)) is not None]
    compared = len(claimed) + len(values)
    if findings:
        wrong = findings[0]
        detail = f"first wrong: {wrong.layer} channel {wrong.channel}: {wrong.message}"
        return measured(ID, compared, len(findings), detail)
    layers = len({claim.layer for claim in claimed})
    return measured(
        ID,
        compared,
        0,
        f"{len(claimed)} channels of {layers} layers proven, {len(values)} values fit their types",
    )
