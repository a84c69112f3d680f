"""The user's own .onnx file compared with the integer reference; every difference is explained.

The file computes in float32, so an element next to a rounding tie may round the other way; all
others must be equal. Behind such an element the reference continues with the file's integer, so its
consequences are compared as well. The effect on the outputs is counted end to end.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.frontends.onnx import OnnxModel
from tercet.ir.evaluate import evaluate
from tercet.ir.host.boundary import reals
from tercet.ir.module import outputs_of, steps_of
from tercet.ir.names import value_names
from tercet.ir.types import Array, FloatArray, IntArray, floats_of, shape_of
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.ort_requantize import OrtRequantize
from tercet.ops.real.quantize import Quantize
from tercet.report.contract import EndToEnd
from tercet_golden.user_model.end_to_end import compare as compare_outputs
from tercet_golden.user_model.explained_differences import Judged, Tally
from tercet_golden.user_model.file_run import inputs_of, run
from tercet_golden.user_model.structural import Mask, Ties, with_lattices
from tercet_golden.user_model.substituted_run import follow
from tercet_golden.user_model.torch_run import quantizers

NEAR = 1e-4
"""The distance from a tie, in steps, at which float32 may differ; larger values allow more."""
MOST = 1 << 25
"""The most elements of the file's values in memory at a time."""


def compare(
    model: OnnxModel,
    captured: ModuleOp,
    module: ModuleOp,
    integers: Sequence[IntArray],
    golden: Mapping[str, IntArray],
) -> tuple[Judged, EndToEnd]:
    """The comparison of the file, on inputs that become `integers`, with the reference's values.

    It covers every quantizer, and the outputs from input to output.
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
    run.compare_reals(outputs)
    return run.tally.judged(), compare_outputs(module, golden, outputs, run.ties)


class _Run:
    """A comparison in batches of vectors."""

    def __init__(
        self, model: OnnxModel, captured: ModuleOp, module: ModuleOp, vectors: int
    ) -> None:
        self.model, self.captured, self.module = model, captured, module
        self.tally, self.ties = Tally(NEAR), Ties(np.zeros(vectors, np.bool_))
        self.alive = np.ones(vectors, np.bool_)
        """Vectors without an explained element so far."""
        names, paths = value_names(module), quantizers(module)
        self.values = {name: value for value, name in names.items()}
        ends = [op for op in steps_of(captured) if isinstance(op, Quantize | OrtRequantize)]
        self.seen = {op: paths[op.quantizer.data][0] for op in ends if op.quantizer.data in paths}
        """The file's quantizers that the integer network has too, and their names there."""
        self.ends = [names[value] for value in outputs_of(module)]
        self.last: list[list[IntArray]] = [[] for _ in self.ends]
        """The integers of the outputs, in batches of vectors."""

    def compared(
        self, rows: slice, integers: Sequence[IntArray], golden: Mapping[str, IntArray]
    ) -> list[Array]:
        """The file's outputs for these vectors, after each quantizer was compared."""
        xs = inputs_of(self.model, self.module, [x[rows] for x in integers])
        quantized, outputs = [op.quantizer.data for op in self.seen], list(self.model.outputs)
        file = run(self.model, xs, [*dict.fromkeys([*quantized, *outputs])])
        ideal = evaluate(self.captured, *xs)
        numbers, late = np.arange(len(self.alive))[rows], dict[str, Mask]()
        found = dict[str, IntArray]()
        for op, name in self.seen.items():
            want, x, alive = golden[name][rows], np.asarray(ideal[op.x]), self.alive[rows]
            found[name] = got = _integers(op, file[op.quantizer.data]).reshape(want.shape)
            late[name] = ~alive
            if isinstance(op, Quantize):
                self.ties.count(op, x, want, got, alive, rows.start)
            known, position = len(self.tally.explained), _position(op, x).reshape(want.shape)
            self.tally.count(name, want, got, position, alive, numbers, _jump(op))
            self.alive[[one.vector for one in self.tally.explained[known:]]] = False
        last = [golden[name][rows].copy() for name in self.ends]
        if (dead := np.flatnonzero(~self.alive[rows])).size:
            given = [x[rows][dead] for x in integers]
            after = self._follow(
                numbers[dead],
                ([x[dead] for x in xs], given),
                {name: got[dead] for name, got in found.items()},
                {name: vectors[dead] for name, vectors in late.items()},
            )
            for kept, array in zip(last, after, strict=True):
                kept[dead] = array
        for parts, kept in zip(self.last, last, strict=True):
            parts.append(kept)
        return [file[name] for name in outputs]

    def _follow(
        self,
        numbers: IntArray,
        given: tuple[Sequence[Array], Sequence[IntArray]],
        found: Mapping[str, IntArray],
        late: Mapping[str, Mask],
    ) -> list[IntArray]:
        """The integers of the outputs, from a run of the reference on the file's own integers.

        `given`: the inputs and their integers; `late`: for each quantizer the vectors that are not
        yet compared.
        """
        xs, integers = given
        forms: dict[SSAValue, Array] = {
            op.results[0]: found[name] for op, name in self.seen.items()
        }
        ideal = follow(self.captured, xs, forms).used
        own: dict[SSAValue, Array] = {self.values[name]: got for name, got in found.items()}
        network = follow(self.module, integers, own)
        for op, name in self.seen.items():
            want = network.made[self.values[name]]
            position = _position(op, np.asarray(ideal[op.x])).reshape(want.shape)
            got, vectors = found[name], late[name]
            self.tally.count(name, want, got, position, vectors, numbers, _jump(op))
        return [network.used[value] for value in outputs_of(self.module)]

    def compare_reals(self, found: Sequence[Array]) -> None:
        """Compare float outputs of all vectors, within a small part of the greatest output."""
        wanted = reals(self.module, *(np.concatenate(parts) for parts in self.last))
        every = np.ones(len(self.alive), np.bool_)
        for name, real, got in zip(self.model.outputs, wanted, found, strict=True):
            unit = NEAR * float(np.abs(real).max() or 1.0)
            position = np.asarray(got, np.float64).reshape(real.shape) / unit
            want = np.rint(np.asarray(real, np.float64) / unit).astype(np.int64)
            given = f"output {name}", want, np.rint(position).astype(np.int64), position
            self.tally.count(*given, every)


def _position(op: Quantize | OrtRequantize, x: Array) -> FloatArray:
    """The position of x in steps; NaN for an operator that is defined in float32."""
    if isinstance(op, Quantize):
        return op.mode().centred(op.position(x))
    return np.full(x.shape, np.nan)


def _jump(op: Quantize | OrtRequantize) -> int:
    """The distance from one result to the next."""
    return op.mode().jump if isinstance(op, Quantize) else 1


def _integers(op: Quantize | OrtRequantize, values: Array) -> IntArray:
    """The integers of a quantizer of the file, from its integers or their reals."""
    if values.dtype.kind in "biu":
        return values.astype(np.int64)
    grid = _grid(op)
    scaled = values.astype(np.float64) / floats_of(grid.scale) + grid.zero_point.value.data
    return np.rint(scaled).astype(np.int64)


def _grid(op: Quantize | OrtRequantize) -> Quantize | OrtRequantize | Dequantize:
    """The grid of the returned reals; a node may round on one grid and return another."""
    readers = [use.operation for use in op.q.uses]
    same = [r for r in readers if isinstance(r, Dequantize) and r.layer == op.layer]
    return same[0] if same else op
