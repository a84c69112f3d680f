"""The user's own .onnx file against the integer reference: every difference is explained.

The file computes in float32, so an element next to a rounding tie may go the other way. What
follows from it in the same vector is not compared any further; all else must be equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.frontends.onnx import OnnxModel
from tercet.ir.boundary import entries_of, reals
from tercet.ir.evaluate import evaluate
from tercet.ir.module import inputs_of, outputs_of, steps_of
from tercet.ir.names import value_names
from tercet.ir.types import Array, FloatArray, IntArray, floats_of
from tercet.ops.real.ort_requantize import OrtRequantize
from tercet.ops.real.quantize import Quantize
from tercet_golden.compare import Mismatch
from tercet_golden.file_run import run
from tercet_golden.torch_golden import Explained, TorchComparison
from tercet_golden.torch_run import quantizers

NEAR = 1e-4
"""How near to a tie, in steps, float32 may go the other way; grows beyond 8-bit magnitudes."""


@dataclass
class _Tally:
    """What was compared so far, and which vectors are still equal."""

    alive: np.ndarray
    compared: int = 0
    mismatches: int = 0
    first: Mismatch | None = None
    explained: list[Explained] | None = None


def compare(
    model: OnnxModel,
    captured: ModuleOp,
    module: ModuleOp,
    integers: Sequence[IntArray],
    golden: Mapping[str, IntArray],
) -> TorchComparison:
    """The file on what becomes `integers`, against the reference's values of them."""
    xs = _inputs(module, integers)
    ends = [op for op in steps_of(captured) if isinstance(op, Quantize | OrtRequantize)]
    names = quantizers(module)
    seen = [op for op in ends if op.quantizer.data in names]
    outputs = list(model.outputs)
    file = run(model, xs, [*dict.fromkeys([*(op.quantizer.data for op in seen), *outputs])])
    ideal = evaluate(captured, *xs)
    tally = _Tally(np.ones(len(xs[0]), np.bool_), explained=[])
    for op in seen:
        name = names[op.quantizer.data][0]
        position = _position(op, np.asarray(ideal[op.x]))
        want, got = golden[name], _integers(op, file[op.quantizer.data])
        _count(tally, name, want, got.reshape(want.shape), position.reshape(want.shape))
    last = [golden[value_names(module)[value]] for value in outputs_of(module)]
    for name, wanted in zip(outputs, reals(module, *last), strict=True):
        unit = NEAR * float(np.abs(wanted).max() or 1.0)
        position = np.asarray(file[name], np.float64).reshape(wanted.shape) / unit
        want = np.rint(np.asarray(wanted, np.float64) / unit).astype(np.int64)
        _count(tally, f"output {name}", want, np.rint(position).astype(np.int64), position)
    return TorchComparison(
        tally.compared, tally.mismatches, tally.first, tuple(tally.explained or ())
    )


def _inputs(module: ModuleOp, integers: Sequence[IntArray]) -> list[Array]:
    """Reals that the entries make these integers of."""
    assert len(entries_of(module)) == len(inputs_of(module)) == len(integers)
    pairs = zip(entries_of(module), integers, strict=True)
    return [entry.reals(q) for entry, q in pairs]


def _position(op: Quantize | OrtRequantize, x: Array) -> FloatArray:
    """Where x lies between the integers; nowhere, for what float32 is the meaning of."""
    return op.position(x) if isinstance(op, Quantize) else np.full(x.shape, np.nan)


def _integers(op: Quantize | OrtRequantize, values: Array) -> IntArray:
    """What a quantizer of the file returned: integers, or the reals that they stand for."""
    if np.issubdtype(values.dtype, np.integer):
        return values.astype(np.int64)
    scaled = values.astype(np.float64) / floats_of(op.scale) + op.zero_point.value.data
    return np.rint(scaled).astype(np.int64)


def _count(tally: _Tally, name: str, want: IntArray, got: IntArray, position: FloatArray) -> None:
    alive = tally.alive.copy()
    tally.compared += int(want[alive].size)
    for place in map(tuple, np.argwhere(want != got)):
        vector, *element = (int(i) for i in place)
        if not alive[vector]:
            continue
        values = int(want[place]), int(got[place])
        middle = (values[0] + values[1]) / 2
        distance = abs(float(position[place]) - middle)
        near = NEAR * max(1.0, abs(position[place]) / 256)
        if abs(values[0] - values[1]) == 1 and distance <= near:
            assert tally.explained is not None
            tally.explained.append(Explained(name, vector, tuple(element), *values, distance))
            tally.alive[vector] = False
            continue
        tally.mismatches += 1
        tally.first = tally.first or Mismatch(name, vector, tuple(element), *values)
