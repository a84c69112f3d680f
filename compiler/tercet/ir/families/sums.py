"""Real operators that sum products: on integers, an integer operator and a factor."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from tercet.ir.op import IntegerOp, LayerOp
from tercet.ir.types import FloatArray, IntArray


@dataclass(frozen=True)
class IntegerSum:
    """An integer operator, and the constants that make its result real.

    With the scales of the operands s and t: real = (s * t * factor * acc + offset) / divisor.
    """

    op: IntegerOp
    factor: FloatArray | None = None
    offset: FloatArray | None = None
    divisor: FloatArray | None = None
    """All three broadcast against the result; an absent one changes nothing."""


class SumOp(LayerOp):
    """A linear function of its operand, or of each of its two operands."""

    @abstractmethod
    def on_integers(
        self, operands: Sequence[SSAValue], zeros: Sequence[int], unit: float | None
    ) -> IntegerSum:
        """The integer operator that computes this sum, of integers with these zero points.

        `unit` is the product of the operands' scales, None if one has several scales. A bias that
        is a multiple of it becomes an integer bias.
        """

    @abstractmethod
    def mixes(self) -> tuple[bool, ...]:
        """For each axis of a row of the first operand: whether elements along it meet in a sum."""

    def weights(self) -> IntArray | None:
        """The integer weights; None if it has none."""
        return None
