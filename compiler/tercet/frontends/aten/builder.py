"""The float module in the making, and what the arguments of a torch operator can be."""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from torch import Tensor
from xdsl.ir import SSAValue

from tercet.errors import UnsupportedError
from tercet.ir.op import LayerOp
from tercet.ir.real import shape_of
from tercet.ir.types import FloatArray, IntArray


@dataclass(frozen=True)
class Integers:
    """A quantized constant: real = values * scale, zero point already subtracted."""

    values: IntArray
    scale: FloatArray


Value: TypeAlias = SSAValue | Integers | Tensor | int | float | bool | None


@dataclass
class Builder:
    """The operators so far, and where in the user's model the next one belongs."""

    ops: list[LayerOp] = field(default_factory=list)
    layer: str = ""
    """Path of the layer, such as "fc1"."""
    quantizer: str = ""
    """Path of the quantizer, such as "relu1.act_quant"; "" outside of one."""

    def add(self, op: LayerOp) -> SSAValue:
        """Append `op`; its result."""
        self.ops.append(op)
        return op.results[0]

    def unsupported(self, found: str, wanted: str) -> UnsupportedError:
        return UnsupportedError(f"{self.layer}: {found}; {wanted}")

    def real(self, value: Value) -> SSAValue:
        """The result of another layer: no constant."""
        if isinstance(value, SSAValue):
            return value
        raise self.unsupported("its input is a constant", "wanted the result of another layer")

    def per_channel(self, value: Value, like: SSAValue) -> FloatArray:
        """A constant of one element, or one for each index of the last axis of `like`."""
        if isinstance(value, SSAValue):
            raise self.unsupported(
                "combines the results of two layers", "wanted a constant on one side"
            )
        found = array(value)
        if found.size == 1:
            return found.reshape(())
        shape = shape_of(like)
        if found.ndim > len(shape) or found.size != found.shape[-1] or found.size != shape[-1]:
            raise self.unsupported(
                f"a constant of shape {found.shape} meets a tensor of shape {shape}",
                "wanted one number, or one for each channel of the last axis",
            )
        return found.reshape(-1)


def array(value: Value) -> FloatArray:
    """The float64 values of a constant."""
    if isinstance(value, Integers):
        return value.values * value.scale
    if isinstance(value, Tensor):
        return np.asarray(value.detach().double().numpy(), np.float64)
    assert isinstance(value, int | float)
    return np.asarray(value, np.float64)
