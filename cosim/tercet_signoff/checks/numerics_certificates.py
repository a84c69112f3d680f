"""numerics.certificates: each operator re-checked against its certificate and the model."""

from tercet.ir.module import ops_of
from tercet.ir.ranges import ranges
from tercet.passes.proofs.audit import audit
from tercet.passes.proofs.recheck import check
from tercet.passes.synthesis.certificate import certificates, lattice_of
from tercet.report.catalogue import Declared
from tercet.report.contract import Check
from tercet.report.outcome import measured
from tercet.report.pages.words import count
from tercet_signoff.context import CheckContext

CHECK = Declared(
    id="numerics.certificates",
    title="Every requantization is proven on its whole range",
    stage="V1",
    item="specification: the integers are proven to be the model's",
    target=None,
)


def run(ctx: CheckContext) -> Check:
    """Compare channels, sums next to a step in rationals, and values with their types."""
    values, claimed = ranges(ctx.module), certificates(ctx.module)
    audited = audit(ctx.captured, ctx.module)
    own = [finding for claim in claimed if (finding := check(claim)) is not None]
    findings = [*own, *audited.findings]
    compared = len(claimed) + audited.evaluated + len(values)
    if findings:
        wrong = findings[0]
        detail = f"first wrong: {wrong.layer} channel {wrong.channel}: {wrong.message}"
        return measured(CHECK.id, compared, len(findings), detail)
    layers = len({claim.layer for claim in claimed})
    tied = [op for op in ops_of(ctx.module) if lattice_of(op) is not None]
    ties = f"; structural ties in {count(len(tied), 'quantizer')}" if tied else ""
    return measured(
        CHECK.id,
        compared,
        0,
        f"{count(len(claimed), 'channel')} of {count(layers, 'layer')} proven, "
        f"{count(audited.evaluated, 'sum')} next to a step evaluated exactly; "
        f"{count(len(values), 'value')} within the type{ties}",
    )
