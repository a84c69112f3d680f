"""Quantization: integers from reals."""

from fractions import Fraction
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import (
    attr_def,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure

from tercet.ir.arithmetic.rounding import ROUNDINGS, Rounding
from tercet.ir.families.real import Place, at
from tercet.ir.interval import Interval
from tercet.ir.op import LayerOp
from tercet.ir.types import (
    Dense,
    FloatArray,
    I64Attr,
    Int,
    IntArray,
    dense_float,
    floats_of,
    number,
    shape_of,
    tensor,
    tensor_type,
)

Mask: TypeAlias = npt.NDArray[np.bool_]
EXACT = 1e-9
"""The distance, in steps, within which two float64 values count as one real."""


@irdl_op_definition
class Quantize(LayerOp):
    """q = clip(round(x / scale + zero_point), low, high): Brevitas' association.

    `zero_after` selects ONNX' association: clip(round(x / scale) + zero_point, low, high). With a
    `lattice` of n, x / scale first moves to the nearest multiple of 1 / n (numerics.md, structural
    ties).
    """

    name = "real.quantize"
    x = operand_def(TensorType)
    q = result_def(TensorType)
    scale = prop_def(Dense)
    """f64; broadcasts against x."""
    zero_point = prop_def(I64Attr)
    low = prop_def(I64Attr)
    high = prop_def(I64Attr)
    rounding = prop_def(StringAttr)
    """A name of `tercet.ir.arithmetic.rounding`."""
    zero_after = prop_def(I64Attr)
    """1: the zero point is added after rounding, else 0."""
    lattice = opt_prop_def(Dense)
    """f64, whole numbers; broadcasts against x. 0 leaves x / scale unchanged."""
    quantizer = attr_def(StringAttr)
    """Path of the quantizer in the user's model, such as "relu1.act_quant"; "" where unknown."""
    traits = traits_def(Pure())

    def __init__(
        self,
        x: SSAValue,
        scale: FloatArray,
        zero_point: int,
        clip: Interval,
        element: Int,
        *,
        layer: str,
        quantizer: str = "",
        rounding: str = "half_even",
        zero_after: bool = False,
    ) -> None:
        super().__init__(
            operands=[x],
            result_types=[tensor(shape_of(x), element)],
            properties={
                "scale": dense_float(scale),
                "zero_point": number(zero_point),
                "low": number(clip.low),
                "high": number(clip.high),
                "rounding": StringAttr(rounding),
                "zero_after": number(int(zero_after)),
            },
            attributes={"layer": StringAttr(layer), "quantizer": StringAttr(quantizer)},
        )

    def verify_(self) -> None:
        self.require(bool((floats_of(self.scale) > 0).all()), "scales must be above zero")
        self.require(self.rounding.data in ROUNDINGS, f"no rounding {self.rounding.data!r}")
        if self.lattice is not None:
            lattice = floats_of(self.lattice)
            whole = bool(((lattice >= 0) & (lattice == np.rint(lattice))).all())
            self.require(whole, "a lattice is a whole number, or 0 for none")
        held = Interval.of(tensor_type(self.q).element_type).holds(self.clip())
        self.require(held, f"{self.clip()} is not in {tensor_type(self.q).element_type}")

    def on(self, x: SSAValue, scale: FloatArray) -> "Quantize":
        """The same quantizer of another tensor."""
        return Quantize(
            x,
            scale,
            self.zero_point.value.data,
            self.clip(),
            tensor_type(self.q).element_type,
            layer=self.layer.data,
            quantizer=self.quantizer.data,
            rounding=self.rounding.data,
            zero_after=bool(self.zero_after.value.data),
        )

    def constants(self) -> tuple[Dense, ...]:
        """The constants that may differ from element to element."""
        return (self.scale,) if self.lattice is None else (self.scale, self.lattice)

    def clip(self) -> Interval:
        return Interval(self.low.value.data, self.high.value.data)

    def mode(self) -> Rounding:
        return ROUNDINGS[self.rounding.data]

    def position(self, x: FloatArray) -> FloatArray:
        """The position of x in steps of the grid, before rounding and clipping."""
        steps = x / floats_of(self.scale)
        if self.lattice is not None:
            steps = on_lattice(steps, floats_of(self.lattice))
        return steps + self.zero_point.value.data

    def reference(self, x: FloatArray) -> IntArray:
        return self.rounded(self.position(x))

    def rounded(self, position: FloatArray) -> IntArray:
        """The integer that a position is rounded and clipped to."""
        after = self._after()
        clip = self.clip()
        rounded = self.mode().reference(position - after) + after
        return np.clip(rounded, clip.low, clip.high).astype(np.int64)

    def near(self, x: FloatArray, distance: float) -> Mask:
        """True where x lies within `distance` steps of a jump of the result."""
        position, clip = self.position(x), self.clip()
        inside = (position > clip.low - 2) & (position < clip.high + 2)
        close = self.mode().distance(position - self._after()) < distance
        if self.lattice is not None:
            # on a lattice, the result changes at the middle between two lattice points
            lattice = floats_of(self.lattice)
            points = x / floats_of(self.scale) * lattice
            middle = np.abs(np.abs(points - np.rint(points)) - 0.5) < distance * lattice
            close = np.where(lattice > 0, middle, close)
        return np.asarray(close & inside)

    def ties(self, x: FloatArray) -> Mask:
        """True where x is at a jump of the result, to within `EXACT`.

        A lattice moves x there; without one, x can lie there exactly, as the average of four
        integers of one scale does.
        """
        position, clip = self.position(x), self.clip()
        inside = (position > clip.low - 1) & (position < clip.high + 1)
        return np.asarray(inside & (self.mode().distance(position - self._after()) <= EXACT))

    def exact(self, x: Fraction, *, place: Place) -> int:
        """The integer, computed in rationals, for the element at `place`."""
        return self.rounded_exactly(self.steps(x, place=place))

    def steps(self, x: Fraction, *, place: Place) -> Fraction:
        """The quotient x / scale, on the lattice if there is one, in rationals."""
        steps = x / at(self.scale, place)
        if self.lattice is None:
            return steps
        lattice = int(at(self.lattice, place))
        return Fraction(round(steps * lattice), lattice) if lattice else steps

    def rounded_exactly(self, steps: Fraction) -> int:
        """The integer, from x / scale in rationals."""
        zero, clip, after = self.zero_point.value.data, self.clip(), self._after()
        return min(max(self.mode().exact(steps + zero - after) + after, clip.low), clip.high)

    def _after(self) -> int:
        return self.zero_point.value.data if self.zero_after.value.data else 0


def on_lattice(steps: FloatArray, lattice: FloatArray) -> FloatArray:
    """`steps` moved to the nearest multiple of 1 / lattice; unchanged where `lattice` is 0."""
    safe = np.where(lattice > 0, lattice, 1.0)
    return np.where(lattice > 0, np.rint(steps * safe) / safe, steps)
