"""The proof of each quantizer of a network, re-checked by code that did not make it."""

from collections.abc import Mapping, Sequence

from xdsl.dialects.builtin import ModuleOp

from tercet.check.contract import Proof
from tercet.ir.families.channelwise import ChannelwiseOp
from tercet.ir.op import IntegerOp
from tercet.passes.proofs.audit import enumerated
from tercet.passes.proofs.recheck import check
from tercet.passes.synthesis.certificate import Certificate, certified


def proofs(captured: ModuleOp, module: ModuleOp) -> Mapping[IntegerOp, Proof]:
    """The proof of every quantizer: its certificates, or an enumeration of its operands."""
    found: dict[IntegerOp, Proof] = {op: _proof(channels) for op, channels in certified(module)}
    for op, one in enumerated(captured, module).items():
        wrong = {finding.channel for finding in one.findings}
        first = one.findings[0].message if one.findings else None
        channels = op.channels() if isinstance(op, ChannelwiseOp) else 1
        found[op] = Proof(channels, channels - len(wrong), first)
    return found


def _proof(channels: Sequence[Certificate]) -> Proof:
    findings = [found for found in map(check, channels) if found is not None]
    first = f"channel {findings[0].channel}: {findings[0].message}" if findings else None
    return Proof(len(channels), len(channels) - len(findings), first)
