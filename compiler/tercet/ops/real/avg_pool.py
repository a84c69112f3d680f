"""Average pooling: a sum over a window, divided by a count that may differ at the borders."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def, traits_def
from xdsl.traits import Pure

from tercet.ir.families.real import real_tensor
from tercet.ir.families.spatial import Ints, Pairs, Window, WindowOp, plane, window_properties
from tercet.ir.families.sums import IntegerSum, SumOp
from tercet.ir.types import Dense, FloatArray, I64Attr, dense_float, floats_of, number, shape_of
from tercet.ops.sum_pool import SumPool


@irdl_op_definition
class AvgPool(WindowOp, SumOp):
    """y = the sum over a window, padded with 0, divided by counts[position of the window]."""

    name = "real.avg_pool"
    x = operand_def(TensorType)
    y = result_def(TensorType)
    counts = prop_def(Dense)
    """f64, whole numbers in the spatial shape of y."""
    kernel_h = prop_def(I64Attr)
    kernel_w = prop_def(I64Attr)
    traits = traits_def(Pure())

    def __init__(
        self,
        x: SSAValue,
        counts: FloatArray,
        *,
        kernel: Ints,
        stride: Ints,
        padding: Pairs,
        layer: str,
    ) -> None:
        window = Window(kernel, stride, padding, (1,) * len(kernel))
        batch, channels, *spatial = shape_of(x)
        kernel_h, kernel_w = plane(kernel, 1)
        super().__init__(
            operands=[x],
            result_types=[real_tensor((batch, channels, *window.extents(spatial)))],
            properties={
                "counts": dense_float(counts),
                "kernel_h": number(kernel_h),
                "kernel_w": number(kernel_w),
                **window_properties(window),
            },
            attributes={"layer": StringAttr(layer)},
        )

    def verify_(self) -> None:
        counts, wanted = floats_of(self.counts), shape_of(self.y)[2:]
        self.require(counts.shape == wanted, f"counts of shape {counts.shape}; wanted {wanted}")
        whole = bool((counts == np.rint(counts)).all() and (counts > 0).all())
        self.require(whole, "counts must be whole numbers above zero")

    def window(self) -> Window:
        axes = len(shape_of(self.x)) - 2
        return self.window_of((self.kernel_h.value.data, self.kernel_w.value.data)[-axes:])

    def mixes(self) -> tuple[bool, ...]:
        return (False, *(True for _ in shape_of(self.x)[2:]))

    def on_integers(
        self, operands: Sequence[SSAValue], zeros: Sequence[int], unit: float | None
    ) -> IntegerSum:
        """A sum pool with integer weights, whose divisor is the least common multiple of counts."""
        counts = floats_of(self.counts).astype(np.int64)
        common = int(np.lcm.reduce(counts.reshape(-1)))
        factors, window = common // counts.reshape(-1), self.window()
        op = SumPool(
            operands[0],
            None if bool((factors == 1).all()) else factors,
            zeros[0],
            kernel=window.kernel,
            stride=window.stride,
            padding=window.padding,
            layer=self.layer.data,
        )
        return IntegerSum(op, divisor=np.asarray(float(common)))

    def reference(self, x: FloatArray) -> FloatArray:
        window = self.window()
        axes = tuple(range(2, 2 + len(window.kernel)))
        total: FloatArray = window.patches(x).sum(axes)
        return total / floats_of(self.counts)
