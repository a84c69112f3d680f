"""Resizing to the nearest element, by whole factors up or down."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias

from xdsl.ir import SSAValue

from tercet.frontends.onnx.builder import OnnxBuilder, Value, reals, tensor, whole
from tercet.frontends.onnx.file.limits import require_shape
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.slicing import taken
from tercet.frontends.onnx.registry import converts
from tercet.ir.types import shape_of
from tercet.ops.repeat import Repeat

HALF = Fraction(1, 2)
NEAREST_OR = (
    "mode nearest, or a ConvTranspose in its place, whose weights interpolate "
    "(quantize_static: quant_format=QuantFormat.QDQ)"
)
Place: TypeAlias = Callable[[int, Fraction, int, int], Fraction]
PLACES: Mapping[str, Place] = {
    "asymmetric": lambda i, scale, n, m: i / scale,
    "half_pixel": lambda i, scale, n, m: (i + HALF) / scale - HALF,
    "half_pixel_symmetric": lambda i, scale, n, m: (i + HALF) / scale - HALF,
    "pytorch_half_pixel": lambda i, scale, n, m: (i + HALF) / scale - HALF if m > 1 else 0 * scale,
    "align_corners": lambda i, scale, n, m: Fraction(i * (n - 1), max(m - 1, 1)),
}
"""The place among n elements of element i of m."""
NEAREST: Mapping[str, Callable[[Fraction], int]] = {
    "round_prefer_floor": lambda x: ceil(x - HALF),
    "round_prefer_ceil": lambda x: floor(x + HALF),
    "floor": floor,
    "ceil": ceil,
}


@converts("Resize", note="mode nearest, by whole factors up or down")
def resize(builder: OnnxBuilder, node: Node, x: Value, *rest: Value) -> Value:
    """Operands: region, scales, sizes; before version 11 scales alone."""
    source = tensor(node, x)
    if node.version < 11:
        return _floored(builder, node, source, rest[0])
    _, scales, sizes = (*rest, None, None, None)[:3]
    if node.text("mode", "nearest") != "nearest":
        raise node.unsupported(f"resizes by {node.text('mode')}", wanted=NEAREST_OR)
    place = PLACES.get(node.text("coordinate_transformation_mode", "half_pixel"))
    nearest = NEAREST.get(node.text("nearest_mode", "round_prefer_floor"))
    if place is None or nearest is None:
        raise node.unsupported("resizes in an unknown mode", wanted=f"{', '.join(PLACES)}")
    return _resized(
        builder, node, source, _factors(builder, node, source, scales, sizes), place, nearest
    )


@converts("Upsample")
def upsample(builder: OnnxBuilder, node: Node, x: Value, scales: Value = None) -> Value:
    return _floored(builder, node, tensor(node, x), scales)


def _floored(builder: OnnxBuilder, node: Node, x: SSAValue, scales: Value) -> SSAValue:
    if node.text("mode", "nearest") != "nearest":
        raise node.unsupported(f"resizes by {node.text('mode')}", wanted=NEAREST_OR)
    factors = _factors(builder, node, x, scales, None)
    return _resized(builder, node, x, factors, PLACES["asymmetric"], floor)


def _factors(
    builder: OnnxBuilder, node: Node, x: SSAValue, scales: Value, sizes: Value
) -> list[Fraction]:
    """The factor of each axis."""
    shape = shape_of(x)
    named = node.integers("axes", tuple(range(len(shape)))) or ()
    axes = [axis % len(shape) for axis in named]
    if node.text("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise node.unsupported("keeps the aspect ratio", wanted="the policy stretch")
    if sizes is not None:
        wish = [
            Fraction(n, shape[axis])
            for n, axis in zip(whole(node, sizes, "sizes"), axes, strict=True)
        ]
        if axes[0] == 0:
            wish[0] /= builder.batch
    else:
        found = reals(node, scales, "scales").reshape(-1).tolist()
        wish = [Fraction(factor).limit_denominator(1 << 16) for factor in found]
    factors = [Fraction(1)] * len(shape)
    for axis, factor in zip(axes, wish, strict=True):
        factors[axis] = factor
    if min(factors) <= 0 or factors[0] != 1:
        raise node.unsupported(
            "resizes the batch, or an axis to no elements", wanted="factors above zero"
        )
    return factors


def _resized(
    builder: OnnxBuilder,
    node: Node,
    x: SSAValue,
    factors: Sequence[Fraction],
    place: Place,
    nearest: Callable[[Fraction], int],
) -> SSAValue:
    for axis, factor in enumerate(factors):
        n = shape_of(x)[axis]
        m = floor(n * factor)
        require_shape(node.name, (m,))
        if factor == 1:
            continue
        places = [min(max(nearest(place(i, factor, n, m)), 0), n - 1) for i in range(m)]
        x = _picked(builder, node, x, axis, places)
    return x


def _picked(
    builder: OnnxBuilder, node: Node, x: SSAValue, axis: int, places: Sequence[int]
) -> SSAValue:
    n, m = shape_of(x)[axis], len(places)
    if m and m % n == 0 and list(places) == [i // (m // n) for i in range(m)]:
        repeats = [1] * len(shape_of(x))
        repeats[axis] = m // n
        return builder.add(node, Repeat(x, repeats, layer=node.name))
    found = taken(builder, node, x, axis, tuple(places)) if m else None
    if found is None:
        raise node.unsupported(
            f"resizes {n} elements to {m} at uneven places", wanted="a whole factor"
        )
    return found
