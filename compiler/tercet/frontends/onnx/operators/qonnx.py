"""QONNX' quantizers, as defined by its own executor."""

from tercet.frontends.onnx.builder import OnnxBuilder, Value, scales, single
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.file.limits import shown
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.quantizing import fake_quantized, whole_zero
from tercet.frontends.onnx.registry import converts
from tercet.ir.interval import Interval

SIGN = Interval(-1, 1)
MAX_BITS = 32
ROUNDING = {
    "ROUND": "half_even",
    "HALF_EVEN": "half_even",
    "FLOOR": "floor",
    "CEIL": "ceil",
    "DOWN": "to_zero",
    "UP": "away",
    "HALF_UP": "half_away",
    "HALF_DOWN": "half_to_zero",
}
"""Our rounding modes by QONNX' names; HALF_UP and HALF_DOWN round away from and to zero."""


@converts(
    "Quant",
    "IntQuant",
    domain=Domain.QONNX,
    note=("1 to 32 bits; all rounding modes, narrow or not, any scale per tensor or channel"),
)
def quant(
    builder: OnnxBuilder, node: Node, x: Value, scale: Value, zero_point: Value, bits: Value
) -> Value:
    require_attributes(node, "signed", "narrow", "rounding_mode")
    steps, zero = scales(node, scale), whole_zero(node, zero_point)
    signed, narrow = bool(node.integer("signed")), bool(node.integer("narrow"))
    width = bit_width(node, bits)
    if signed and width == 1:
        # the executor returns two values here, not the range of two's complement
        if zero:
            raise node.unsupported(f"one signed bit with zero point {zero}", wanted="0")
        return fake_quantized(builder, node, x, steps, 0, SIGN, "sign")
    clip, mode = limits(node, width, signed, narrow), rounding(node, "ROUND")
    return fake_quantized(builder, node, x, steps, zero, clip, mode)


@converts("BipolarQuant", domain=Domain.QONNX)
def bipolar(builder: OnnxBuilder, node: Node, x: Value, scale: Value) -> Value:
    require_attributes(node)
    return fake_quantized(builder, node, x, scales(node, scale), 0, SIGN, "sign")


def require_attributes(node: Node, *known: str) -> None:
    """Refuse attributes other than `known`, which would change the node's meaning."""
    for name in node.attributes.keys() - set(known):
        raise node.unsupported(
            f"{node.kind} with attribute {shown(name)!r}", wanted=", ".join(known) or "none"
        )


def limits(node: Node, width: int, signed: bool, narrow: bool) -> Interval:
    """The integers of `width` bits; narrow: without the least, or if unsigned the greatest."""
    half = 1 << (width - 1)
    low, high = (narrow - half, half - 1) if signed else (0, 2 * half - 1 - narrow)
    if low > high:
        raise node.broken(f"{width} narrow bits hold nothing", wanted="more bits")
    return Interval(low, high)


def bit_width(node: Node, value: Value) -> int:
    found = single(node, value, "bit width")
    if found not in range(1, MAX_BITS + 1):
        raise node.unsupported(f"has {found:g} bits", wanted=f"1 to {MAX_BITS}, a whole number")
    return int(found)


def rounding(node: Node, default: str) -> str:
    mode = node.text("rounding_mode", default).upper()
    if mode not in ROUNDING:
        raise node.unsupported(f"rounding mode {shown(mode)}", wanted=f"{', '.join(ROUNDING)}")
    return ROUNDING[mode]
