"""Re-check of structural ties: whether a quantizer's input belongs on its lattice, in rationals.

It uses the model alone and no code of the pass that claims the lattice. Two conditions are
checked: the line from integers to steps is, but for its float32 roundings, a line through points
of the lattice; and every reachable integer leads to a value within a quarter of the lattice's
spacing. Then only exact ties change the side to which they are rounded.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np
from xdsl.ir import SSAValue

from tercet.ir.families.real import LineOp, Place, at
from tercet.ir.interval import Interval
from tercet.ir.types import FloatArray
from tercet.ops.real.add import RealAdd
from tercet.ops.real.clip import Clip
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.mul import RealMul
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.relu import Relu
from tercet.passes.proofs.recheck import Finding
from tercet.passes.regions.region import Region

ROUNDING = Fraction(1, 1 << 24)
"""The greatest relative change by one rounding to float32."""
FAR = 1 << 40
Terms = Mapping[tuple[SSAValue, ...], Fraction]
"""A polynomial in the integers: a coefficient for each product of them; () is the constant's."""


@dataclass(frozen=True)
class NotALineError(Exception):
    """A step of the region is not a line."""

    step: str


def recheck(
    region: Region, lattice: FloatArray, known: Mapping[SSAValue, Interval]
) -> Iterator[Finding]:
    """The objection to the claimed lattice, or none; `known`: the interval of each leaf."""
    shaped = np.broadcast_to(lattice, region.view).reshape(-1)
    for channel in np.flatnonzero(shaped).tolist():
        place = tuple(int(i) for i in np.unravel_index(channel, region.view))
        message = _objection(region, place, int(shaped[channel]), known)
        if message is not None:
            yield Finding(region.layer, channel, message)


def _objection(
    region: Region, place: Place, lattice: int, known: Mapping[SSAValue, Interval]
) -> str | None:
    end = region.end
    if not isinstance(end, Quantize):
        return "it has no scale, so no lattice either"
    try:
        terms = {key: value / at(end.scale, place) for key, value in _terms(region, place).items()}
    except NotALineError as error:
        return f"{error.step} is no line, so its values lie on no lattice"
    count = sum(len(step.constants()) for step in region.steps) + 1
    strayed = Fraction(0)
    for key, value in terms.items():
        point = Fraction(round(value * lattice), lattice)
        most = _most(region, key, terms, known)
        strayed += abs(value - point) * most
        if key and abs(value - point) > count * ROUNDING * abs(point):
            return f"a slope of {float(value)} is no rounding of {point}"
    if strayed * 4 * lattice >= 1:
        return f"values are up to {float(strayed):.1e} of a step off the lattice of 1/{lattice}"
    if not all(_cut_alike(region, place, lattice, corner) for corner in _corners(region)):
        return f"a clip in front of it ends elsewhere on the lattice of 1/{lattice}"
    return None


def _corners(region: Region) -> Iterator[tuple[int, ...]]:
    """Integers of the leaves at which every clip is in force."""
    return product((-FAR, FAR), repeat=len(region.leaves))


def _cut_alike(region: Region, place: Place, lattice: int, corner: Sequence[int]) -> bool:
    end = region.end
    assert isinstance(end, Quantize)
    steps = region.exact_reals(corner, place)[end.x] / at(end.scale, place)
    moved = Fraction(round(steps * lattice), lattice)
    return end.rounded_exactly(steps) == end.rounded_exactly(moved)


def _most(
    region: Region,
    key: tuple[SSAValue, ...],
    terms: Terms,
    known: Mapping[SSAValue, Interval],
) -> Fraction:
    """The greatest product of integers for which the quantizer does not saturate."""
    size = Fraction(1)
    for leaf in key:
        size *= max(abs(known[leaf].low), abs(known[leaf].high))
    if len(key) == 1 and set(terms) <= {key, ()} and terms[key]:
        clip, zero = region.clip(), region.end.zero_point.value.data
        inside = max(abs(clip.low - zero), abs(clip.high - zero)) + 1 + abs(terms.get((), size * 0))
        size = min(size, inside / abs(terms[key]))
    return size


def _terms(region: Region, place: Place) -> Terms:
    """The polynomial of the quantizer's input at one place, without the clips."""
    found: dict[SSAValue, dict[tuple[SSAValue, ...], Fraction]] = {}
    cut = set[SSAValue]()
    for step in region.steps:
        if isinstance(step, Dequantize):
            scale = at(step.scale, place)
            found[step.x] = {(step.q,): scale, (): -scale * step.zero_point.value.data}
            continue
        operands = [found[x] for x in step.operands]
        was_cut = any(x in cut for x in step.operands)
        if isinstance(step, Relu | Clip) or was_cut:
            cut.add(step.results[0])
        if was_cut and len(operands) > 1:
            raise NotALineError(f"{step.name} behind a clip")
        if isinstance(step, Relu | Clip):
            (made,) = operands
        elif isinstance(step, RealAdd):
            a, b = operands
            made = {key: a.get(key, Fraction(0)) + b.get(key, Fraction(0)) for key in {**a, **b}}
        elif isinstance(step, RealMul):
            made = _product(*operands)
        elif isinstance(step, LineOp) and step.line() is not None:
            zero, one = (step.exact(Fraction(x), place=place) for x in (0, 1))
            made = {key: value * (one - zero) for key, value in operands[0].items()}
            made[()] = made.get((), Fraction(0)) + zero
        else:
            raise NotALineError(step.name)
        found[step.results[0]] = made
    return found[region.end.x]


def _product(a: Terms, b: Terms) -> dict[tuple[SSAValue, ...], Fraction]:
    made: dict[tuple[SSAValue, ...], Fraction] = {}
    for one, x in a.items():
        for other, y in b.items():
            key = (*one, *other)
            made[key] = made.get(key, Fraction(0)) + x * y
    return made
