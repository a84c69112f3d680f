"""Softmax and its logarithm."""

from fractions import Fraction
from math import ceil, log

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.errors import UnsupportedError
from tercet.ir.families.quantized import Result
from tercet.ir.families.real import real_tensor
from tercet.ir.families.real_norms import NormOp, Quantizer, ScalarGrid, one_scale, require_near
from tercet.ir.interval import Interval
from tercet.ir.types import FloatArray, I64Attr, number, shape_of, tensor_type
from tercet.ops.softmax import Softmax, tables

ENTRIES = 1 << 16
"""The most entries of a table."""


@irdl_op_definition
class RealSoftmax(NormOp):
    """y = e^x / sum of e^x along one axis, or the logarithm of it."""

    name = "real.softmax"
    axis = prop_def(I64Attr)
    """1 or more: never the batch."""
    log = prop_def(I64Attr)
    """1 for the logarithm, else 0."""
    traits = traits_def(Pure())

    def __init__(self, x: SSAValue, *, axis: int, log: bool = False, layer: str) -> None:
        super().__init__(
            operands=[x],
            result_types=[real_tensor(shape_of(x))],
            properties={"axis": number(axis), "log": number(int(log))},
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        axis, rank = self.axis.value.data, len(shape_of(self.x))
        self.require(1 <= axis < rank, f"axis {axis} is not 1 to {rank - 1}")

    def reference(self, x: FloatArray) -> FloatArray:
        axis = self.axis.value.data
        below = x - x.max(axis, keepdims=True)
        terms = np.exp(below)
        total: FloatArray = terms.sum(axis, keepdims=True)
        found: FloatArray = below - np.log(total) if self.log.value.data else terms / total
        return found

    def on_integers(
        self, q: SSAValue, scale: FloatArray, zero_point: int, end: Quantizer
    ) -> Softmax:
        layer, axis = self.layer.data, self.axis.value.data
        if self.log.value.data:
            raise UnsupportedError(
                "quantizes a log-softmax",
                layer=layer,
                way_out="leave it to the host as the last layer, or quantize a softmax",
            )
        grid, step, n = ScalarGrid.of(end), one_scale(scale, layer), shape_of(q)[axis]
        # the sum of n terms of 2^bits, and one term of 2^bits / scale, must stay below 2^62
        bits = 61 - max(n.bit_length(), ceil(1 / grid.scale).bit_length())
        size = self._entries(q, step, grid.scale, bits)
        terms, scaled = tables(step, grid.scale, size, bits)
        position = min(1 / grid.scale, grid.reach(Fraction(grid.before)))
        require_near((1 + position * n) / 2 ** (bits + 1), layer)
        before = grid.before % 2
        return Softmax(
            q,
            terms,
            scaled,
            grid.clip,
            Result(grid.element, layer, scale=float(grid.scale), zero_point=grid.zero_point()),
            axis=axis,
            before=before,
            after=grid.zero_point() - before,
        )

    def _entries(self, q: SSAValue, step: Fraction, scale: Fraction, bits: int) -> int:
        """The number of table entries: as many as q can reach, or until both tables are zero."""
        held = Interval.of(tensor_type(q).element_type)
        zeros = (log(2) * (bits + 1) - min(0.0, log(scale))) / float(step) + 2
        size = min(held.high - held.low + 1, ceil(zeros))
        if size > ENTRIES:
            raise UnsupportedError(
                f"its table of exponentials would have {size} entries, at most {ENTRIES} are "
                "possible",
                layer=self.layer.data,
                way_out="quantize its input to 8 bits",
            )
        return size
