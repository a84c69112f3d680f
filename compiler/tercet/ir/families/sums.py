"""Real operators that sum products: on integers each one is an integer operator and a factor."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from tercet.ir.op import IntegerOp, LayerOp
from tercet.ir.types import FloatArray, IntArray


@dataclass(frozen=True)
class IntegerSum:
    """The integer operator, and what makes its result real.

    With the scales of the operands s and t: real = (s * t * factor * acc + offset) / divisor.
    """

    op: IntegerOp
    factor: FloatArray | None = None
    offset: FloatArray | None = None
    divisor: FloatArray | None = None
    """All three broadcast against the result; where one is absent it changes nothing."""


class SumOp(LayerOp):
    """A linear function of its operands (of each one, where there are two)."""

    @abstractmethod
    def on_integers(
        self, operands: Sequence[SSAValue], zeros: Sequence[int], unit: float | None
    ) -> IntegerSum:
        """The same of integers with these zero points.

        `unit` is the product of their scales, None where they have more than one each: a bias that
        is whole in it joins the integers.
        """

    @abstractmethod
    def mixes(self) -> tuple[bool, ...]:
        """For each axis of a row of the first operand: whether elements along it meet in a sum."""

    def weights(self) -> IntArray | None:
        """The integer weights, where it has any."""
        return None
