"""The error for a quantizer behind an operator that no region can contain, with a way out."""

from tercet.errors import UnsupportedError
from tercet.ir.op import LayerOp
from tercet.ops.real.avg_pool import AvgPool
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.function import Function
from tercet.ops.real.sum import RealSum
from tercet.ops.reshape import Reshape
from tercet.ops.transpose import Transpose
from tercet.passes.wording import described

NORM = (
    "which averages squares, as a norm of several nodes does; write that norm as one operator, "
    "such as LayerNormalization in an ONNX export with opset 17 or more"
)
FORCED = (
    " (onnxruntime's quantize_static: quant_format=QuantFormat.QDQ of a file of opset 13 or more, "
    "extra_options={'ForceQuantizeNoInputCheck': True}, and this operator among "
    "op_types_to_quantize where you name them)"
)
"""Operators whose input onnxruntime's tool quantizes only if told to, with the option."""


def foreign(here: str, owner: object) -> UnsupportedError:
    """The error for quantizer `here`: `owner`, whose result it reads, mixes several places."""
    if not isinstance(owner, LayerOp):
        return UnsupportedError(
            "reads the model's input", layer=here, way_out="quantize the input first"
        )
    found = described(owner)
    if all(isinstance(x.owner, Dequantize) for x in owner.operands):
        return UnsupportedError(
            f"quantizes a function of the result of {found}",
            layer=here,
            way_out="quantize that result first",
        )
    if _averages_squares(owner):
        return UnsupportedError(f"quantizes a function of {found}, {NORM}", layer=here)
    knob = FORCED if isinstance(owner, AvgPool | RealSum) else ""
    return UnsupportedError(
        f"quantizes a function of {found}, whose own input is not quantized",
        layer=here,
        way_out=f"quantize before {found} as well{knob}",
    )


def _averages_squares(owner: LayerOp) -> bool:
    if not isinstance(owner, RealSum):
        return False
    source = owner.x.owner
    while isinstance(source, Reshape | Transpose):
        source = source.operands[0].owner
    return isinstance(source, Function) and source.function.data == "square"
