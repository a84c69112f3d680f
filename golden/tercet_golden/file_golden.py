"""The user's own .onnx file against the integer reference: every difference is explained.

The file computes in float32, so an element next to a rounding tie may go the other way. What
follows from it in the same vector is not compared quantizer by quantizer; all else must be equal.
What it leads to is counted end to end.
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
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.ort_requantize import OrtRequantize
from tercet.ops.real.quantize import Quantize
from tercet.report.contract import EndToEnd
from tercet_golden.end_to_end import compare as compare_outputs
from tercet_golden.explained import Judged, Tally
from tercet_golden.file_run import inputs_of, run
from tercet_golden.structural import Ties, with_lattices
from tercet_golden.torch_run import quantizers

NEAR = 1e-4
"""How near to a tie, in steps, float32 may go the other way; grows beyond 8-bit magnitudes."""


def compare(
    model: OnnxModel,
    captured: ModuleOp,
    module: ModuleOp,
    integers: Sequence[IntArray],
    golden: Mapping[str, IntArray],
) -> tuple[Judged, EndToEnd]:
    """The file on what becomes `integers`, against the reference's values of them.

    At every quantizer and, from input to output, at the outputs alone.
    """
    xs, captured = inputs_of(model, module, integers), with_lattices(captured, module)
    ends = [op for op in steps_of(captured) if isinstance(op, Quantize | OrtRequantize)]
    names = quantizers(module)
    seen = [op for op in ends if op.quantizer.data in names]
    outputs = list(model.outputs)
    file = run(model, xs, [*dict.fromkeys([*(op.quantizer.data for op in seen), *outputs])])
    ideal = evaluate(captured, *xs)
    tally, alive = Tally(NEAR), np.ones(len(xs[0]), np.bool_)
    ties = Ties(np.zeros(len(xs[0]), np.bool_))

    def count(
        name: str, want: IntArray, got: IntArray, position: FloatArray, jump: int = 1
    ) -> None:
        known = len(tally.explained)
        tally.count(name, want, got, position, alive, jump)
        alive[[one.vector for one in tally.explained[known:]]] = False

    for op in seen:
        name = names[op.quantizer.data][0]
        want, x = golden[name], np.asarray(ideal[op.x])
        got = _integers(op, file[op.quantizer.data]).reshape(want.shape)
        if isinstance(op, Quantize):
            ties.count(op, x, want, got, alive)
        jump = op.mode().jump if isinstance(op, Quantize) else 1
        count(name, want, got, _position(op, x).reshape(want.shape), jump)
    last = [golden[value_names(module)[value]] for value in outputs_of(module)]
    for name, wanted in zip(outputs, reals(module, *last), strict=True):
        unit = NEAR * float(np.abs(wanted).max() or 1.0)
        position = np.asarray(file[name], np.float64).reshape(wanted.shape) / unit
        want = np.rint(np.asarray(wanted, np.float64) / unit).astype(np.int64)
        count(f"output {name}", want, np.rint(position).astype(np.int64), position)
    return tally.judged(), compare_outputs(module, golden, [file[n] for n in outputs], ties)


def _position(op: Quantize | OrtRequantize, x: Array) -> FloatArray:
    """Where x lies between the integers; nowhere, for what float32 is the meaning of."""
    if isinstance(op, Quantize):
        return op.mode().centred(op.position(x))
    return np.full(x.shape, np.nan)


def _integers(op: Quantize | OrtRequantize, values: Array) -> IntArray:
    """What a quantizer of the file returned: integers, or the reals that they stand for."""
    if values.dtype.kind in "biu":
        return values.astype(np.int64)
    grid = _grid(op)
    scaled = values.astype(np.float64) / floats_of(grid.scale) + grid.zero_point.value.data
    return np.rint(scaled).astype(np.int64)


def _grid(op: Quantize | OrtRequantize) -> Quantize | OrtRequantize | Dequantize:
    """What the integers stand for: the node may round on one grid and return another."""
    readers = [use.operation for use in op.q.uses]
    same = [r for r in readers if isinstance(r, Dequantize) and r.layer == op.layer]
    return same[0] if same else op
