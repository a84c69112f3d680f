"""Audit: each quantized integer operator compared with the trained model, in rationals.

The pass finds steps by bisection in float64. The audit evaluates the operators of the float
dialect exactly, from the model's own parameters, just below each step and at it. Tables and
operators of two tensors are compared for every operand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, ModuleOp

from tercet.errors import VerifyError
from tercet.ir.families.quantized import QuantizedOp
from tercet.ir.families.rescaled import RescaledOp
from tercet.ir.interval import Interval
from tercet.ir.module import ops_of, steps_of
from tercet.ir.op import IntegerOp
from tercet.ir.ranges import Ranges
from tercet.ir.types import IntArray, dense_float, values_of
from tercet.ops.linear import Linear
from tercet.ops.pair_table import PairTable
from tercet.ops.real.quantize import Quantize
from tercet.ops.table import Table
from tercet.ops.threshold import Threshold
from tercet.passes.pipeline.order import ENDING, NORMALIZATION, SUMMATION, run
from tercet.passes.pipeline.requantize import ends_of
from tercet.passes.proofs.exactly import Exactly
from tercet.passes.proofs.layers import same_layers
from tercet.passes.proofs.recheck import Finding, places
from tercet.passes.proofs.structural_ties import recheck
from tercet.passes.regions.bounds import by_channel
from tercet.passes.regions.monotone import is_monotone
from tercet.passes.regions.region import Region, region_of
from tercet.passes.synthesis.certificate import SITE, Certificate, certified, lattice_of
from tercet.passes.synthesis.demands import demands_of_pairs, demands_of_steps
from tercet.passes.synthesis.step_function import every, sorted_borders, turns_once
from tercet.passes.synthesis.unary import SMALL

REPORTED = 100
"""The most findings reported of one operator of two tensors."""


@dataclass(frozen=True)
class Audit:
    """The number of operands that were evaluated exactly, and the findings."""

    evaluated: int
    findings: tuple[Finding, ...]


def audit(captured: ModuleOp, module: ModuleOp) -> Audit:
    """The audit of every quantizer of `module` against the float module that it came from."""
    summed = run(captured, SUMMATION)
    evaluated, findings = same_layers(captured, summed)
    normalized = run(summed, ENDING)
    claims = {id(op): channels for op, channels in certified(module)}
    ranges = Ranges()
    for op, region, objections in _sites(normalized, module):
        findings += objections
        if id(op) in claims:
            found = list(_certified(by_channel(region), op, claims[id(op)]))
        else:
            found = list(_enumerated(region, op, ranges))
        evaluated += sum(count for count, _ in found)
        findings += [finding for _, some in found for finding in some]
    same, others = _same_structure(normalized, module)
    return Audit(evaluated + same, (*findings, *others))


def enumerated(captured: ModuleOp, module: ModuleOp) -> dict[QuantizedOp, Audit]:
    """The audit of each operator without a certificate: table, pair table, sum or product."""
    normalized = run(captured, NORMALIZATION)
    claimed, ranges = {id(op) for op, _ in certified(module)}, Ranges()
    found = {}
    for op, region, _ in _sites(normalized, module):
        if id(op) not in claimed:
            parts = list(_enumerated(region, op, ranges))
            findings = tuple(finding for _, some in parts for finding in some)
            found[op] = Audit(sum(count for count, _ in parts), findings)
    return found


def _sites(
    normalized: ModuleOp, module: ModuleOp
) -> Iterator[tuple[QuantizedOp, Region, list[Finding]]]:
    """Each operator that replaces a quantizer with its region, and the wrong claims of ties."""
    ends, ops = ends_of(normalized), _by_site(module)
    if set(ops) != set(range(len(ends))):
        raise VerifyError("the certificates are not those of the layers of the captured model")
    ranges = Ranges()
    for site, end in enumerate(ends):
        op, region, objections = ops[site], region_of(end), list[Finding]()
        if isinstance(end, Quantize) and (lattice := lattice_of(op)) is not None:
            known = {leaf: ranges.of(leaf) for leaf in region.leaves}
            objections = list(recheck(region, lattice, known))
            # the audit continues with the claimed lattice
            end.properties["lattice"] = dense_float(lattice)
            region = region_of(end)
        yield op, region, objections


def _same_structure(normalized: ModuleOp, module: ModuleOp) -> tuple[int, list[Finding]]:
    """The operators that replace no quantizer, compared with those before `Requantization`.

    Thresholds may have negated channels of a linear layer.
    """
    want = [op for op in steps_of(normalized) if isinstance(op, IntegerOp)]
    got = [op for op in ops_of(module) if SITE not in op.attributes]
    if len(want) != len(got):
        raise VerifyError("the operators are not those of the captured model")
    return len(want), [
        Finding(ours.layer.data, 0, f"its {ours.name} is not the captured model's")
        for ours, theirs in zip(got, want, strict=True)
        if (ours.name, ours.properties) != (theirs.name, theirs.properties)
        and not _negated(ours, theirs)
    ]


def _negated(ours: IntegerOp, theirs: IntegerOp) -> bool:
    """Whether two layers differ only by signs of channels; the audit of thresholds reads these."""
    if not isinstance(ours, Linear) or not isinstance(theirs, Linear):
        return False
    readers = [use.operation for use in ours.acc.uses]
    return (
        len(readers) == 1
        and isinstance(readers[0], Threshold)
        and SITE in readers[0].attributes
        and bool(row_signs(theirs, ours).all())
    )


def row_signs(model: Linear, ours: Linear) -> IntArray:
    """For each output 1 if weights and bias are the model's, -1 if both are negated, else 0."""
    want, got = (np.column_stack([op.matrix(), op.addend()]) for op in (model, ours))
    if want.shape != got.shape:
        return np.zeros(len(want), np.int64)
    same, opposite = (want == got).all(1), (want == -got).all(1)
    return np.where(same, 1, np.where(opposite, -1, 0))


def _by_site(module: ModuleOp) -> Mapping[int, QuantizedOp]:
    found = {}
    for op in ops_of(module):
        site = op.attributes.get(SITE)
        if isinstance(site, IntegerAttr) and isinstance(op, QuantizedOp):
            found[site.value.data] = op
    return found


def _certified(
    region: Region, op: IntegerOp, channels: list[Certificate]
) -> Iterator[tuple[int, list[Finding]]]:
    if len(channels) != region.channels:
        raise VerifyError(
            "its certificates are not those of the captured model", layer=region.layer
        )
    signs = _signs(region, op)
    looked_at = _places(region, channels)
    for c in channels:
        if signs[c.channel] == 0:
            yield 1, [Finding(c.layer, c.channel, "its weights are not the captured model's")]
            continue
        exactly, found = Exactly(region, c.channel), []
        wanted = looked_at[c.channel]
        for u, want in wanted.items():
            got = exactly(int(signs[c.channel]) * c.sign * u)
            if got != want:
                message = f"acc {c.sign * u} is certified as {want}, the model gives {got}"
                found.append(Finding(c.layer, c.channel, message))
        yield len(wanted), found


def _places(region: Region, channels: list[Certificate]) -> list[dict[int, int]]:
    """For each channel the values of u to compare, with the certified results.

    A monotone function that is equal at two neighbouring places is constant between them. A
    function with known turns is compared on both sides of each turn as well, any other at every
    integer.
    """
    wanted = [dict(places(c)) for c in channels]
    if is_monotone(region, region.leaves[0]):
        return wanted
    ends = [np.array([getattr(c, end) for c in channels]) for end in ("low", "high")]
    if turns_once(region):
        borders = sorted_borders(region, *ends)
        more: IntArray = np.concatenate([borders - 1, borders], 1)
    else:
        more = every(*ends).T
    for c, mine, here in zip(channels, wanted, more.tolist(), strict=True):
        mine |= {u: c.at(u) for u in here if c.low <= u <= c.high}
    return wanted


def _signs(region: Region, op: IntegerOp) -> IntArray:
    """For each channel 1 if the operator's sums are the model's, -1 if negated, else 0."""
    model, ours = region.leaves[0].owner, op.operands[0].owner
    if not isinstance(model, Linear) or not isinstance(ours, Linear):
        return np.ones(region.channels, np.int64)
    return np.broadcast_to(row_signs(model, ours), region.view).reshape(-1)


def _enumerated(
    region: Region, op: IntegerOp, ranges: Ranges
) -> Iterator[tuple[int, list[Finding]]]:
    known = [ranges.of(operand) for operand in op.operands]
    if isinstance(op, Table):
        yield from _entries(region, op, known[0])
        return
    small = all(interval.high - interval.low < SMALL for interval in known)
    d = (demands_of_pairs if small else demands_of_steps)(region, *known)
    got = _of_pairs(op, d.a, d.b)
    bad = (np.maximum(d.least, d.clip.low) > got) | (got > np.minimum(d.most, d.clip.high))
    found = [
        Finding(region.layer, int(n), f"({d.a[i, n]}, {d.b[i, n]}) gives {got[i, n]}")
        for i, n in np.argwhere(bad)[:REPORTED]
    ]
    yield got.size, found


def _entries(region: Region, op: Table, known: Interval) -> Iterator[tuple[int, list[Finding]]]:
    region = by_channel(region) if op.channels() != region.channels else region
    every, rows = np.arange(known.low, known.high + 1), op.rows()
    for n in range(region.channels):
        exactly, mine = Exactly(region, n), rows[n, every - op.low.value.data]
        pairs = ((x, y, exactly(x)) for x, y in zip(every.tolist(), mine.tolist(), strict=True))
        yield (
            len(every),
            [
                Finding(region.layer, n, f"{x} gives {y}, the model gives {want}")
                for x, y, want in pairs
                if y != want
            ],
        )


def _of_pairs(op: IntegerOp, a: IntArray, b: IntArray) -> IntArray:
    """The results of an operator of two tensors for pairs of operands, [pairs, channels]."""
    if isinstance(op, PairTable):
        return values_of(op.table)[a - op.low_a.value.data, b - op.low_b.value.data]
    assert isinstance(op, RescaledOp)
    return op.closed(a[:, :, None], b[:, :, None])[:, :, 0]
