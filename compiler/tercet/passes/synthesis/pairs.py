"""The operator of a region of two tensors: a sum or product with one rounding, or a table."""

import numpy as np

from tercet.errors import UnsupportedError
from tercet.ir.op import IntegerOp
from tercet.ir.ranges import Ranges
from tercet.ir.types import FloatArray, IntArray
from tercet.ops.add import Add
from tercet.ops.mul import Mul
from tercet.ops.pair_table import PairTable
from tercet.passes.regions.forms import Form, form_of
from tercet.passes.regions.metadata import result_of
from tercet.passes.regions.region import Region
from tercet.passes.synthesis.demands import (
    Demands,
    Fit,
    demands_of_pairs,
    demands_of_steps,
    fit,
)
from tercet.passes.synthesis.unary import SMALL

POINTS = 1 << 25
"""The most pairs of integers, times channels, that are enumerated."""


def pair(region: Region, ranges: Ranges) -> list[IntegerOp]:
    """The operator that equals `region` for every pair of integers of its leaves."""
    known = [ranges.of(leaf) for leaf in region.leaves]
    sizes = [interval.high - interval.low + 1 for interval in known]
    small = [size <= SMALL for size in sizes]
    if not any(small):
        raise UnsupportedError(
            f"combines two sums of {sizes[0]} and {sizes[1]} values, too many pairs to be "
            "exact for each",
            layer=region.layer,
            way_out="quantize one of the two first",
        )
    points = min(sizes) * region.channels * (max(sizes) if all(small) else SMALL)
    if points > POINTS:
        raise UnsupportedError(
            f"combines two tensors with constants of their own in {region.channels} channels",
            layer=region.layer,
            way_out="quantize each of the two per tensor first",
        )
    form = form_of(region)
    if form is not None:
        demands = (demands_of_pairs if all(small) else demands_of_steps)(region, *known)
        if (found := _fitted(region, form, demands)) is not None:
            return [found]
    if all(small) and region.channels == 1:
        return [_table(region, known[0].low, known[1].low, sizes[0], sizes[1])]
    raise UnsupportedError(
        "no sum or product of its two inputs with one rounding is exact",
        layer=region.layer,
        way_out="quantize each of the two per tensor, to 8 bits, first",
    )


def _fitted(region: Region, form: Form, demands: Demands) -> IntegerOp | None:
    slopes = [_flat(region, slope) for slope in form.slopes]
    if form.zeros is None:
        found = fit(demands, slopes, [demands.a, demands.b])
        return None if found is None else _add(region, found)
    za, zb = form.zeros
    found = fit(demands, slopes[:1], [(demands.a - za) * (demands.b - zb)])
    return None if found is None else _mul(region, found, za, zb)


def _flat(region: Region, values: FloatArray) -> FloatArray:
    return np.broadcast_to(values, region.view).reshape(-1)


def _add(region: Region, found: Fit) -> Add:
    mul_a, mul_b = found.mul
    a, b = region.leaves
    return Add(
        a,
        b,
        mul_a,
        mul_b,
        found.add,
        found.shift,
        found.clip,
        result_of(region, region.layer),
    )


def _mul(region: Region, found: Fit, za: int, zb: int) -> Mul:
    a, b = region.leaves
    return Mul(
        a,
        b,
        za,
        zb,
        found.mul[0],
        found.add,
        found.shift,
        found.clip,
        result_of(region, region.layer),
    )


def _table(region: Region, low_a: int, low_b: int, size_a: int, size_b: int) -> PairTable:
    at = np.indices((size_a, size_b)).reshape(2, -1, 1)
    entries: IntArray = region(at[0] + low_a, at[1] + low_b).reshape(size_a, size_b)
    a, b = region.leaves
    return PairTable(
        a,
        b,
        entries,
        low_a,
        low_b,
        result_of(region, region.layer),
    )
