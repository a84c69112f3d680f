"""The pass that puts a quantizer's input back on the lattice of its structural ties.

An exporter writes float32 scales. If their ratio is 1/16 but for that rounding, exact arithmetic on
the rounded scales puts all sums that should be exact halves on the same wrong side. PyTorch and
ONNXRuntime round once more, get the halves and round them to even (numerics.md).
"""

from dataclasses import dataclass, replace
from math import gcd, lcm
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from tercet.errors import UnsupportedError
from tercet.ir.module import steps_of
from tercet.ir.ranges import Ranges
from tercet.ir.types import Dense, FloatArray, IntArray, dense_float, floats_of
from tercet.ops.real.clip import Clip
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.relu import Relu
from tercet.passes.regions.bounds import bounds
from tercet.passes.regions.forms import Form, form_of
from tercet.passes.regions.region import Region, region_of
from tercet.passes.ties.float32 import in_float32
from tercet.passes.ties.places import places
from tercet.passes.ties.rational import ROUNDING, simplest

Mask: TypeAlias = npt.NDArray[np.bool_]
FAR = np.int64(1) << 40
"""An integer at which every clip in front of a quantizer is in force."""
FINER = 6
"""The most halvings of a lattice to hold a constant or the ends of a clip."""


@dataclass(frozen=True)
class SnapTies(ModulePass):
    """quantize(x) becomes quantize(x on a lattice) if the region has structural ties on it."""

    name = "snap-ties"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        ranges = Ranges()
        for end in steps_of(op):
            if isinstance(end, Quantize) and end.lattice is None:
                _snap(end, ranges)


def _snap(end: Quantize, ranges: Ranges) -> None:
    """Put the input of `end` on a lattice, if there is a structural tie.

    Four conditions: the ratios are simple fractions but for the rounding of their scales; the
    reachable values lie so near to the lattice that only ties change their side; some tie does;
    and float32 executors compute most of these as the lattice does.
    """
    try:
        region = region_of(end)
    except UnsupportedError:
        return  # `Requantization` refuses it with the reason
    form = form_of(region)
    if form is None or not _clipped_last(region):
        return
    known = [bounds(region, leaf, ranges) for leaf in region.leaves]
    form = _flat(region, form)
    lattice = _lattice(region, form)
    far = region(*_corners(region))
    for _ in range(FINER):
        lattice = np.where(_held(region, form, known, lattice), lattice, 0.0)
        if not lattice.any():
            return
        if _ends_alike(region, lattice, far):
            break
        lattice *= 2
    else:
        return
    at = places(region, _on(form, lattice), lattice, known)
    have, single = region(*at.q), in_float32(region, *at.q)
    end.properties["lattice"] = dense_float(lattice.reshape(region.view))
    want = region(*at.q)
    changed = at.real & (want != have)
    seen = changed & (want == single)
    if 2 * np.count_nonzero(seen) <= np.count_nonzero(changed):
        del end.properties["lattice"]


def _ends_alike(region: Region, lattice: FloatArray, far: IntArray) -> bool:
    """Whether clips before the quantizer have the same results with and without the lattice."""
    end = region.end
    end.properties["lattice"] = dense_float(lattice.reshape(region.view))
    alike = bool((region(*_corners(region)) == far).all())
    del end.properties["lattice"]
    return alike


def _clipped_last(region: Region) -> bool:
    """Whether no sum and no product reads a clipped value."""
    clips = [isinstance(step, Relu | Clip) for step in region.steps]
    first = clips.index(True) if any(clips) else len(clips)
    return all(len(step.operands) == 1 for step in region.steps[first:])


def _flat(region: Region, form: Form) -> Form:
    """The form with every constant spread over the channels, [channels]."""
    slopes, constant = (
        [np.broadcast_to(x, region.view).reshape(-1) for x in values]
        for values in (form.slopes, (form.constant,))
    )
    return replace(form, slopes=tuple(slopes), constant=constant[0])


def _lattice(region: Region, form: Form) -> FloatArray:
    """The coarsest lattice of each channel, [channels]; 0 if its ratios are not simple."""
    roundings, divisor = _roundings(region), _divisor(region)
    slopes = form.slopes[:1] if form.zeros is not None else form.slopes
    found = [simplest(slope * divisor, roundings) * divisor for slope in slopes]
    lattice = np.zeros(region.channels)
    for n in range(region.channels):
        parts = [int(q[n]) for q in found]
        if all(parts):
            size = lcm(*parts)
            size //= gcd(size, *(round(float(slope[n]) * size) for slope in slopes))
            lattice[n] = _with_constant(form, n, size, roundings)
    return lattice


def _with_constant(form: Form, n: int, size: int, roundings: int) -> float:
    """A lattice that also holds the constant; 0 if there is none."""
    constant = float(form.constant[n])
    spread = abs(constant) + sum(abs(float(slope[n])) for slope in form.slopes)
    for finer in range(FINER):
        points = constant * (size << finer)
        if abs(points - round(points)) <= roundings * ROUNDING * spread * (size << finer):
            return float(size << finer)
    return 0.0


def _held(
    region: Region, form: Form, known: list[tuple[IntArray, IntArray]], lattice: FloatArray
) -> Mask:
    """True where every reachable value lies within a quarter of the lattice's spacing of it."""
    on = _on(form, lattice)
    reach = [np.maximum(abs(low), abs(high)).astype(np.float64) for low, high in known]
    if form.zeros is not None:
        (a, b), (za, zb) = reach, form.zeros
        reach = [(a + abs(za)) * (b + abs(zb))]
    if len(reach) == 1:  # values at which the quantizer saturates do not count
        clip = region.clip()
        inside = max(abs(clip.low), abs(clip.high)) + 1 + np.abs(form.constant)
        slope = np.where(form.slopes[0] == 0, 1.0, np.abs(form.slopes[0]))
        reach = [np.minimum(reach[0], inside / slope)]
    strayed = np.abs(form.constant - on.constant)
    for most, slope, point in zip(reach, form.slopes, on.slopes, strict=False):
        strayed = strayed + np.abs(slope - point) * most
    return np.asarray((lattice > 0) & (4 * lattice * strayed < 1))


def _roundings(region: Region) -> int:
    """The number of constants that were rounded to float32."""
    constants: list[Dense] = list(region.end.constants())
    for step in region.steps:
        constants += step.constants()
    return sum(bool((_bits(floats_of(one)) > 11).any()) for one in constants)


def _bits(values: FloatArray) -> IntArray:
    """Significant bits of each number; a whole number or a power of two has few."""
    mantissa = np.frexp(values)[0]
    bits = np.zeros(values.shape, np.int64)
    for b in range(53, 0, -1):
        exact = mantissa * 2.0**b == np.rint(mantissa * 2.0**b)
        bits = np.where(exact, b, bits)
    return bits


def _divisor(region: Region) -> int:
    """The product of the whole numbers that the steps divide by, as an average pool does."""
    total = 1
    for step in region.steps:
        divisor = None if isinstance(step, Dequantize) else step.properties.get("divisor")
        if isinstance(divisor, Dense):
            values = np.unique(floats_of(divisor))
            if values.size == 1 and values[0] == np.rint(values[0]) and 1 < values[0] < 1 << 20:
                total *= int(values[0])
    return total


def _on(form: Form, lattice: FloatArray) -> Form:
    """The form with its coefficients moved to the lattice."""
    safe = np.where(lattice > 0, lattice, 1.0)
    slopes, constant = (
        [np.rint(x * safe) / safe for x in values] for values in (form.slopes, (form.constant,))
    )
    return replace(form, slopes=tuple(slopes), constant=constant[0])


def _corners(region: Region) -> list[IntArray]:
    """For each leaf integers at which every clip is in force: [corners, channels]."""
    signs = np.array(np.meshgrid(*[[-1, 1]] * len(region.leaves))).reshape(len(region.leaves), -1)
    return [np.repeat((FAR * row)[:, None], region.channels, 1) for row in signs]
