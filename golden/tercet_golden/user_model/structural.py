"""Count of structural ties in a run of the user's own file (numerics.md).

Such an element lies exactly between two integers, by its lattice or without one, and the float32
noise of the user's executor decides how it rounds. That is no fault if most elements round as in
the integer network.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp

from tercet.ir.module import ops_of, steps_of
from tercet.ir.names import value_names
from tercet.ir.types import FloatArray, IntArray, dense_float, shape_of
from tercet.ops.real.quantize import Quantize
from tercet.passes.synthesis.certificate import lattice_of
from tercet_golden.user_model.torch_run import quantizers

Mask = npt.NDArray[np.bool_]


@dataclass
class Ties:
    """The counts so far."""

    vectors: Mask
    """Vectors in which the file first differed by rounding a tie the other way."""
    seen: int = 0
    others: int = 0
    """The ties that the file rounded the other way."""

    def count(
        self, op: Quantize, x: FloatArray, want: IntArray, got: IntArray, alive: Mask, first: int
    ) -> None:
        """Count the ties of a quantizer on vectors from `first` on; `alive`: those equal so far."""
        ties = op.ties(x).reshape(len(want), -1) & alive[:, None]
        differs = (want != got).reshape(len(want), -1)
        self.seen += int(np.count_nonzero(ties))
        self.others += int(np.count_nonzero(ties & differs))
        here = slice(first, first + len(alive))
        self.vectors[here] |= (ties & differs).any(1) & ~(differs & ~ties).any(1)


def with_lattices(captured: ModuleOp, module: ModuleOp) -> ModuleOp:
    """The captured model with the lattices that the integer network claims."""
    names, paths = value_names(module), quantizers(module)
    claims = {names[op.results[0]]: lattice_of(op) for op in ops_of(module)}
    found = captured.clone()
    for op in steps_of(found):
        if isinstance(op, Quantize) and op.quantizer.data in paths:
            lattice = claims.get(paths[op.quantizer.data][0])
            if lattice is not None:
                op.properties["lattice"] = dense_float(_fitted(lattice, shape_of(op.q)[1:]))
    return found


def _fitted(lattice: FloatArray, row: tuple[int, ...]) -> FloatArray:
    """The lattice in the shape of the captured quantizer, which data movement may have changed."""
    values = np.unique(lattice)
    if values.size == 1:
        return values.reshape(())
    if np.broadcast_shapes(lattice.shape, row) == row:
        return lattice
    return np.full((), float(np.lcm.reduce(values[values > 0].astype(np.int64))))
