"""Real operators over whole rows: normalizations and softmax.

They are irrational, so each has an integer algorithm. It rounds as the quantizer does, except for
reals that are nearer to a tie than a known distance, which is below `LIMIT`.
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
"""The greatest distance from a tie, in steps. Rows of up to 1000 elements need about 2^-32."""


class Quantizer(Protocol):
    """The properties of `real.quantize` that a norm reads."""

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
        """The grid of `end`; refused if no integer algorithm here rounds like it."""
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
        """The greatest distance from `offset` of a position that may not saturate."""
        ends = (self.clip.low - self.after, self.clip.high - self.after)
        return max(abs(end - offset) for end in ends) + 1


class NormOp(LayerOp):
    """y = a function of whole rows of x; between two quantizers it becomes one integer operator."""

    x = operand_def(TensorType)
    y = result_def(TensorType)

    @abstractmethod
    def reference(self, x: FloatArray) -> FloatArray:
        """In float64."""

    @abstractmethod
    def on_integers(
        self, q: SSAValue, scale: FloatArray, zero_point: int, end: Quantizer
    ) -> IntegerOp:
        """quantize(norm(dequantize(q))) as integer operators on q."""


def one_scale(scale: FloatArray, layer: str) -> Fraction:
    """The only scale of a tensor; refused if it has several."""
    if scale.size != 1:
        raise UnsupportedError(
            f"{scale.size} scales around a normalization or softmax",
            layer=layer,
            way_out="quantize its input and its result with one scale per tensor",
        )
    return Fraction(float(scale.reshape(())))


def require_near(deviation: Fraction, layer: str) -> None:
    """Refuse constants whose rounding could differ farther from a tie than `LIMIT`."""
    if deviation > LIMIT:
        raise UnsupportedError(
            f"in 64 bits its results could round as if {float(deviation):.1e} of a "
            f"step away, more than {float(LIMIT):.1e}",
            layer=layer,
            way_out="make its rows shorter or its quantizers coarser",
        )
