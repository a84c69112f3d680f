"""Real operators over a row that end in a quantizer: normalizations and softmax.

They are irrational, so each has an integer algorithm. It rounds as the quantizer would, but for
real values nearer to a tie than a distance that is known, and below `LIMIT`.
"""

from abc import abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from xdsl.dialects.builtin import StringAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import operand_def, result_def

from tercet.errors import UnsupportedError
from tercet.ir.interval import Interval
from tercet.ir.op import IntegerOp, LayerOp
from tercet.ir.types import Dense, FloatArray, I64Attr, Int, floats_of, tensor_type

LIMIT = Fraction(1, 1 << 20)
"""Of the distance from a tie, in steps. It is about 2^-32 of rows up to 1000 elements."""


class Quantizer(Protocol):
    """What `real.quantize` says of itself."""

    @property
    def layer(self) -> StringAttr: ...
    @property
    def q(self) -> SSAValue: ...
    @property
    def scale(self) -> Dense: ...
    @property
    def zero_point(self) -> I64Attr: ...
    @property
    def rounding(self) -> StringAttr: ...
    @property
    def zero_after(self) -> I64Attr: ...
    def clip(self) -> Interval: ...


@dataclass(frozen=True)
class ScalarGrid:
    """A quantizer of one scale: q = clip(rne(x / scale + before) + after)."""

    scale: Fraction
    before: int
    after: int
    clip: Interval
    element: Int

    @classmethod
    def of(cls, end: Quantizer) -> "ScalarGrid":
        """Refuses what no integer algorithm here can round as."""
        layer = end.layer.data
        if end.rounding.data != "half_even":
            raise UnsupportedError(
                f"quantizes the result of a normalization or softmax by {end.rounding.data!r}",
                layer=layer,
                way_out="use a quantizer that rounds half to even",
            )
        zero, after = end.zero_point.value.data, bool(end.zero_after.value.data)
        return cls(
            one_scale(floats_of(end.scale), layer),
            0 if after else zero,
            zero if after else 0,
            end.clip(),
            tensor_type(end.q).element_type,
        )

    def zero_point(self) -> int:
        return self.before + self.after

    def reach(self, offset: Fraction = Fraction(0)) -> Fraction:
        """How far from `offset` a position can be that does not saturate for certain."""
        ends = (self.clip.low - self.after, self.clip.high - self.after)
        return max(abs(end - offset) for end in ends) + 1


class NormOp(LayerOp):
    """y = a function of whole rows of x; between integers it becomes one integer operator."""

    x = operand_def(TensorType)
    y = result_def(TensorType)

    @abstractmethod
    def reference(self, x: FloatArray) -> FloatArray:
        """In float64."""

    @abstractmethod
    def on_integers(
        self, q: SSAValue, scale: FloatArray, zero_point: int, end: Quantizer
    ) -> IntegerOp:
        """What quantize(norm(dequantize(q))) is, of integers."""


def one_scale(scale: FloatArray, layer: str) -> Fraction:
    """The scale of a whole tensor."""
    if scale.size != 1:
        raise UnsupportedError(
            f"{scale.size} scales around a normalization or softmax",
            layer=layer,
            way_out="quantize its input and its result with one scale per tensor",
        )
    return Fraction(float(scale.reshape(())))


def require_near(deviation: Fraction, layer: str) -> None:
    """Refuses constants with which rounding would differ too far from a tie."""
    if deviation > LIMIT:
        raise UnsupportedError(
            f"in 64 bits its results could round as if {float(deviation):.1e} of a "
            f"step away, more than {float(LIMIT):.1e}",
            layer=layer,
            way_out="make its rows shorter or its quantizers coarser",
        )
