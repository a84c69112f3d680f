"""A function whose floor is the number of thresholds that its operand reaches."""

from bisect import bisect_right
from fractions import Fraction

import numpy as np
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import ElementwiseOp, Place, at, real_tensor
from tercet.ir.types import Dense, FloatArray, dense_float, floats_of, shape_of

HALF, ONE = Fraction(1, 2), Fraction(1)


@irdl_op_definition
class Staircase(ElementwiseOp):
    """floor(y) is the number of thresholds t with x >= t.

    Between two thresholds y rises: by up to half a step behind the lower one and by up to half a
    step in front of the upper one, in proportion to the distance. So a quantizer that floors y can
    measure how near x is to a threshold.

        y = 2 |         .--     y is an integer at each threshold
            1 |   .--'
            0 | '
    """

    name = "real.staircase"
    table = prop_def(Dense)
    """f64 [rows, steps], every row ascending; equal thresholds are reached together."""
    row = prop_def(Dense)
    """f64, whole numbers: the table's row for each element; broadcasts against x."""
    traits = traits_def(Pure())

    def __init__(self, x: SSAValue, table: FloatArray, row: FloatArray, *, layer: str) -> None:
        super().__init__(
            operands=[x],
            result_types=[real_tensor(shape_of(x))],
            properties={"table": dense_float(table), "row": dense_float(row)},
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        table, row = floats_of(self.table), floats_of(self.row)
        self.require(table.ndim == 2 and table.shape[1] > 0, "the table must be [rows, steps]")
        self.require(bool((np.diff(table) >= 0).all()), "thresholds must ascend")
        known = bool(((row == np.rint(row)) & (row >= 0) & (row < len(table))).all())
        self.require(known, "an element meets a row that the table lacks")

    def constants(self) -> tuple[Dense, ...]:
        return (self.row,)

    def on(self, x: SSAValue, *constants: FloatArray) -> "Staircase":
        (row,) = constants
        return Staircase(x, floats_of(self.table), row, layer=self.layer.data)

    def rises(self) -> bool:
        return True

    def reference(self, x: FloatArray) -> FloatArray:
        table, row = floats_of(self.table), floats_of(self.row).astype(np.int64)
        if row.size == 1:
            return _climbed(x, table[row.item()])
        spread = np.broadcast_to(row, x.shape[1:])
        y = np.empty(x.shape)
        for n in np.unique(spread):
            y[:, spread == n] = _climbed(x[:, spread == n], table[n])
        return y

    def exact(self, x: Fraction, *, place: Place) -> Fraction:
        thresholds = [Fraction(t) for t in floats_of(self.table)[int(at(self.row, place))].tolist()]
        count = bisect_right(thresholds, x)
        behind = ahead = HALF
        if count > 0:
            t = thresholds[count - 1]
            behind = min(HALF, (x - t) / max(ONE, abs(t)))
        if count < len(thresholds):
            t = thresholds[count]
            ahead = min(HALF, (t - x) / max(ONE, abs(t)))
        return count + (behind if behind <= ahead else 1 - ahead)


def _climbed(x: FloatArray, thresholds: FloatArray) -> FloatArray:
    """The result in float64, for elements that share one row of thresholds."""
    count = np.searchsorted(thresholds, x, "right")
    units, last = np.maximum(1, np.abs(thresholds)), len(thresholds) - 1
    before, after = np.maximum(count - 1, 0), np.minimum(count, last)
    behind = np.where(count > 0, (x - thresholds[before]) / units[before], 0.5)
    ahead = np.where(count <= last, (thresholds[after] - x) / units[after], 0.5)
    behind, ahead = np.minimum(behind, 0.5), np.minimum(ahead, 0.5)
    return np.asarray(count + np.where(behind <= ahead, behind, 1 - ahead), np.float64)
