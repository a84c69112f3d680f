"""The builder of the float module, and the kinds of arguments of a torch operator."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from torch import Tensor
from xdsl.ir import SSAValue

from tercet.errors import UnsupportedError
from tercet.frontends.integers import Integers
from tercet.ir.families.real import is_real
from tercet.ir.op import LayerOp
from tercet.ir.types import FloatArray, shape_of
from tercet.ops.broadcast import Broadcast
from tercet.ops.real.dequantize import Dequantize

BATCH = 2
"""Rows of the example that models are captured on; one row would hide a mixed batch."""


@dataclass(frozen=True)
class Turned:
    """A tensor whose batch axis is not the first.

    No operator computes on it until the axes in front of the batch are indexed away.
    """

    x: SSAValue
    order: tuple[int, ...]
    layer: str


@dataclass(frozen=True)
class Absent:
    """A result that Tercet does not compute and refuses to read, such as the index of a maximum."""

    why: UnsupportedError


Constant: TypeAlias = Integers | Tensor | int | float | bool | None
Value: TypeAlias = "SSAValue | Turned | Absent | Constant | Sequence[Value]"


@dataclass
class AtenBuilder:
    """The operators so far, and the place of the next one in the user's model."""

    ops: list[LayerOp] = field(default_factory=list)
    layer: str = ""
    """Path of the layer, such as "fc1"."""
    quantizer: str = ""
    """Path of the quantizer, such as "relu1.act_quant"; "" outside of one."""
    result: tuple[int, ...] = ()
    """The shape that torch gave the result of the current operator, with `BATCH` rows."""
    floats: bool = True
    """Whether torch gave the current operator a float result."""

    def add(self, op: LayerOp) -> SSAValue:
        """Append `op`; returns its result."""
        self.ops.append(op)
        return op.results[0]

    def unsupported(self, found: str, *, wanted: str = "", way_out: str = "") -> UnsupportedError:
        return UnsupportedError(found, layer=self.layer, wanted=wanted, way_out=way_out)

    def tensor(self, value: Value) -> SSAValue:
        """`value` as a tensor of the network, of reals or integers; constants are refused."""
        if isinstance(value, SSAValue):
            return value
        self.require_upright(value)
        raise self.unsupported("its input is a constant", wanted="the result of another layer")

    def require_upright(self, *values: Value) -> None:
        """Refuse absent results and tensors whose batch axis is not the first."""
        for value in values:
            if isinstance(value, list | tuple):
                self.require_upright(*value)
            if isinstance(value, Absent):
                raise value.why
            if isinstance(value, Turned):
                raise UnsupportedError(
                    f"moves the batch axis, by the order {value.order}",
                    layer=value.layer,
                    way_out=(
                        "keep the batch as the first axis, as batch_first=True does, or index "
                        "what is before it"
                    ),
                )

    def real(self, value: Value) -> SSAValue:
        """`value` as a tensor of reals; integers become reals of the same value, as in torch."""
        source = self.tensor(value)
        if is_real(source):
            return source
        if not self.floats:
            raise self.unsupported(
                "computes integers of integers, which wrap around",
                way_out="make floats of them first, as x.float() does",
            )
        return self.add(Dequantize(source, np.ones(()), layer=self.layer))

    def axis(self, axis: int, rank: int) -> int:
        """`axis` counted from the front; the batch axis is refused."""
        found = axis % rank
        if found == 0:
            raise self.unsupported(
                "works along the batch axis",
                way_out="every row of a batch must go through the network alone",
            )
        return found

    def shape(self) -> tuple[int, ...]:
        """The shape of the current result, without the batch."""
        if not self.result or self.result[0] != BATCH:
            raise self.unsupported(
                f"moves the batch axis or bakes a batch size in: {BATCH} rows become a tensor of "
                f"shape {self.result}",
                way_out=(
                    "keep the batch as the first axis, as x.flatten(1) and "
                    "x.view(x.shape[0], -1) do"
                ),
            )
        return self.result[1:]

    def constant(self, value: Value, like: SSAValue) -> FloatArray:
        """A constant that broadcasts against `like` by numpy's rules, without a batch axis."""
        if isinstance(value, SSAValue):
            raise self.unsupported("a parameter is computed from the input", wanted="a constant")
        found, rank = array(value), len(shape_of(like))
        if found.ndim == rank and (found == found[:1]).all():
            found = found[0]
        if found.ndim >= rank:
            raise self.unsupported(
                f"a constant of shape {array(value).shape} meets a tensor of shape "
                f"{shape_of(like)}",
                wanted="one that is the same for every row of a batch",
            )
        return found.reshape(()) if found.size == 1 else found

    def widened(self, x: SSAValue, *shapes: tuple[int, ...]) -> SSAValue:
        """`x` broadcast to its common shape with constants and tensors of `shapes` (no batch)."""
        own = shape_of(x)[1:]
        wide = np.broadcast_shapes(own, *shapes)
        return x if wide == own else self.add(Broadcast(x, wide, layer=self.layer))


def array(value: Value) -> FloatArray:
    """The float64 values of a constant."""
    if isinstance(value, Integers):
        return value.values * value.scale
    if isinstance(value, Tensor):
        return np.asarray(value.detach().double().numpy(), np.float64)
    assert isinstance(value, int | float)
    return np.asarray(value, np.float64)
