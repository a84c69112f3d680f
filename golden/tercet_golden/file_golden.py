"""The user's own .onnx file against the integer reference: every difference is explained.

The file computes in float32, so an element next to a rounding tie may go the other way. What
follows from it in the same vector is not compared any further; all else must be equal.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.frontends.onnx import OnnxModel
from tercet.ir.boundary import reals
from tercet.ir.evaluate import evaluate
from tercet.ir.module import outputs_of, steps_of
from tercet.ir.names import value_names
from tercet.ir.types import Array, FloatArray, IntArray, floats_of
from tercet.ops.real.ort_requantize import OrtRequantize
from tercet.ops.real.quantize import Quantize
from tercet_golden.explained import Judged, Tally
from tercet_golden.file_run import inputs_of, run
from tercet_golden.torch_run import quantizers

NEAR = 1e-4
"""How near to a tie, in steps, float32 may go the other way; grows beyond 8-bit magnitudes."""


def compare(
    model: OnnxModel,
    captured: ModuleOp,
    module: ModuleOp,
    integers: Sequence[IntArray],
    golden: Mapping[str, IntArray],
) -> Judged:
    """The file on what becomes `integers`, against the reference's values of them."""
    xs = inputs_of(model, module, integers)
    ends = [op for op in steps_of(captured) if isinstance(op, Quantize | OrtRequantize)]
    names = quantizers(module)
    seen = [op for op in ends if op.quantizer.data in names]
    outputs = list(model.outputs)
    file = run(model, xs, [*dict.fromkeys([*(op.quantizer.data for op in seen), *outputs])])
    ideal = evaluate(captured, *xs)
    tally, alive = Tally(NEAR), np.ones(len(xs[0]), np.bool_)

    def count(name: str, want: IntArray, got: IntArray, position: FloatArray) -> None:
        known = len(tally.explained)
        tally.count(name, want, got, position, alive)
        alive[[one.vector for one in tally.explained[known:]]] = False

    for op in seen:
        name = names[op.quantizer.data][0]
        position = _position(op, np.asarray(ideal[op.x]))
        want, got = golden[name], _integers(op, file[op.quantizer.data])
        count(name, want, got.reshape(want.shape), position.reshape(want.shape))
    last = [golden[value_names(module)[value]] for value in outputs_of(module)]
    for name, wanted in zip(outputs, reals(module, *last), strict=True):
        unit = NEAR * float(np.abs(wanted).max() or 1.0)
        position = np.asarray(file[name], np.float64).reshape(wanted.shape) / unit
        want = np.rint(np.asarray(wanted, np.float64) / unit).astype(np.int64)
        count(f"output {name}", want, np.rint(position).astype(np.int64), position)
    return tally.judged()


def _position(op: Quantize | OrtRequantize, x: Array) -> FloatArray:
    """Where x lies between the integers; nowhere, for what float32 is the meaning of."""
    return op.position(x) if isinstance(op, Quantize) else np.full(x.shape, np.nan)


def _integers(op: Quantize | OrtRequantize, values: Array) -> IntArray:
    """What a quantizer of the file returned: integers, or the reals that they stand for."""
    if np.issubdtype(values.dtype, np.integer):
        return values.astype(np.int64)
    scaled = values.astype(np.float64) / floats_of(op.scale) + op.zero_point.value.data
    return np.rint(scaled).astype(np.int64)
