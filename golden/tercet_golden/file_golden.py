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
from tercet.ir.types import Array, FloatArray, IntArray, floats_of, shape_of
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


MOST = 1 << 25
"""Elements of all values of the file that are held at a time."""


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
    count, captured = len(integers[0]), with_lattices(captured, module)
    each = sum(int(np.prod(shape_of(op.results[0]))) for op in steps_of(captured))
    rows = max(1, MOST // each // model.batch) * model.batch
    run = _Run(model, captured, module, count)
    returned = [
        run.compared(slice(first, first + rows), integers, golden)
        for first in range(0, count, rows)
    ]
    outputs = [np.concatenate(parts) for parts in zip(*returned, strict=True)]
    run.compare_reals(outputs, golden)
    return run.tally.judged(), compare_outputs(module, golden, outputs, run.ties)


class _Run:
    """A comparison, some vectors at a time."""

    def __init__(
        self, model: OnnxModel, captured: ModuleOp, module: ModuleOp, vectors: int
    ) -> None:
        self.model, self.captured, self.module = model, captured, module
        self.tally, self.ties = Tally(NEAR), Ties(np.zeros(vectors, np.bool_))
        self.alive = np.ones(vectors, np.bool_)
        """Vectors in which no element was explained so far."""
        self.names = quantizers(module)
        ends = [op for op in steps_of(captured) if isinstance(op, Quantize | OrtRequantize)]
        self.seen = [op for op in ends if op.quantizer.data in self.names]

    def compared(
        self, rows: slice, integers: Sequence[IntArray], golden: Mapping[str, IntArray]
    ) -> list[Array]:
        """What the file returns for these vectors, each quantizer compared."""
        xs = inputs_of(self.model, self.module, [x[rows] for x in integers])
        quantized, outputs = [op.quantizer.data for op in self.seen], list(self.model.outputs)
        file = run(self.model, xs, [*dict.fromkeys([*quantized, *outputs])])
        ideal = evaluate(self.captured, *xs)
        for op in self.seen:
            name = self.names[op.quantizer.data][0]
            want, x = golden[name][rows], np.asarray(ideal[op.x])
            got = _integers(op, file[op.quantizer.data]).reshape(want.shape)
            if isinstance(op, Quantize):
                self.ties.count(op, x, want, got, self.alive[rows], rows.start)
            self._count(name, want, got, _position(op, x).reshape(want.shape), rows.start)
        return [file[name] for name in outputs]

    def compare_reals(self, found: Sequence[Array], golden: Mapping[str, IntArray]) -> None:
        """The outputs of all vectors, to a small part of the greatest of them."""
        names = value_names(self.module)
        last = [golden[names[value]] for value in outputs_of(self.module)]
        wanted = reals(self.module, *last)
        for name, real, got in zip(self.model.outputs, wanted, found, strict=True):
            unit = NEAR * float(np.abs(real).max() or 1.0)
            position = np.asarray(got, np.float64).reshape(real.shape) / unit
            want = np.rint(np.asarray(real, np.float64) / unit).astype(np.int64)
            self._count(f"output {name}", want, np.rint(position).astype(np.int64), position)

    def _count(
        self, name: str, want: IntArray, got: IntArray, position: FloatArray, first: int = 0
    ) -> None:
        known, alive = len(self.tally.explained), self.alive[first : first + len(want)]
        self.tally.count(name, want, got, position, alive, first)
        self.alive[[one.vector for one in self.tally.explained[known:]]] = False


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
