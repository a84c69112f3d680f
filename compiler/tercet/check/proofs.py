"""The certificates of a network, each re-checked by the code that did not make it."""

from collections.abc import Mapping, Sequence

from xdsl.dialects.builtin import ModuleOp

from tercet.check.contract import Proof
from tercet.ir.op import IntegerOp
from tercet.passes.certificate import Certificate, certified
from tercet.passes.check import check


def proofs(module: ModuleOp) -> Mapping[IntegerOp, Proof]:
    """The proof of every operator that carries certificates."""
    return {op: _proof(channels) for op, channels in certified(module)}


def _proof(channels: Sequence[Certificate]) -> Proof:
    findings = [found for found in map(check, channels) if found is not None]
    first = f"channel {findings[0].channel}: {findings[0].message}" if findings else None
    return Proof(len(channels), len(channels) - len(findings), first)
