"""A quantizer behind an input, from a type annotation in the file or the user's option."""

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.elements import narrowest
from tercet.frontends.onnx.builder import OnnxBuilder
from tercet.frontends.onnx.file.input_type import values_of
from tercet.frontends.onnx.file.model import FileInput
from tercet.ir.families.real import is_real
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize


def annotated(builder: OnnxBuilder, one: FileInput, x: SSAValue) -> SSAValue:
    """`x`, quantized and clipped to the type of its annotation if it has one."""
    found = values_of(one.annotation)
    if found is None or not is_real(x):
        return x
    clip, step = found.clip, np.asarray(found.step)
    q = Quantize(x, step, found.zero, clip, narrowest(clip), layer=one.name)
    y = Dequantize(q.q, step, found.zero, layer=one.name)
    builder.ops += [q, y]
    return y.x
