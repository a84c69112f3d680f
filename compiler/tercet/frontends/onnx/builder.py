"""The float module in the making, and what the operands of a node can be."""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.integers import Integers
from tercet.frontends.onnx.limits import ROW, Budget, require_shape
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.tensors import Array
from tercet.ir.op import LayerOp
from tercet.ir.real import is_real
from tercet.ir.types import FloatArray, shape_of

Value: TypeAlias = SSAValue | Integers | Array | None
"""A layer's result, a quantized constant, any other constant, or nothing."""
SMALLEST = float(np.finfo(np.float32).tiny)


@dataclass
class Builder:
    """The operators so far, and the node that the next one belongs to."""

    batch: int = 1
    """What the file takes the batch to be."""
    ort: bool = False
    """Whether operator form has ONNXRuntime's float32 arithmetic instead of the ideal one."""
    budget: Budget = field(default_factory=Budget)
    ops: list[LayerOp] = field(default_factory=list)

    def add(self, node: Node, op: LayerOp) -> SSAValue:
        """Append `op`; its result."""
        require_shape(node.name, shape_of(op.results[0]), ROW)
        self.ops.append(op)
        return op.results[0]


def tensor(node: Node, value: Value) -> SSAValue:
    """The result of another layer, reals or integers."""
    if isinstance(value, SSAValue):
        return value
    raise node.unsupported("its input is a constant", "wanted the result of another layer")


def real(node: Node, value: Value) -> SSAValue:
    """The result of another layer, in reals."""
    found = tensor(node, value)
    if is_real(found):
        return found
    raise node.unsupported(
        f"{node.kind} takes integers as they are", "put a DequantizeLinear in front of it"
    )


def constant(node: Node, value: Value, what: str) -> Array:
    """The numbers of a constant."""
    if isinstance(value, Integers):
        return np.asarray(value.values * value.scale)
    if isinstance(value, np.ndarray):
        return value
    found = "is missing" if value is None else "is no constant"
    raise node.unsupported(f"its {what} {found}", f"wanted a constant {what}")


def reals(node: Node, value: Value, what: str) -> FloatArray:
    """The float64 values of a constant, all of them finite."""
    found = constant(node, value, what).astype(np.float64)
    if not np.isfinite(found).all():
        raise node.broken(f"its {what} holds NaN or infinity", "wanted finite numbers")
    return found


def whole(node: Node, value: Value, what: str) -> tuple[int, ...]:
    """The numbers of a constant list of integers: a shape or axes."""
    found = constant(node, value, what)
    if found.dtype.kind not in "iu" or found.ndim > 1:
        raise node.broken(f"its {what} is no list of whole numbers", "wanted int64")
    return tuple(int(n) for n in found.reshape(-1))


def single(node: Node, value: Value, what: str) -> float:
    """The only number of a constant."""
    found = reals(node, value, what)
    if found.size != 1:
        raise node.unsupported(f"its {what} has shape {found.shape}", "wanted one number")
    return float(found.reshape(()))


def scales(node: Node, value: Value, what: str = "scale") -> FloatArray:
    """A constant of scales: above zero, and no denormal, which ONNXRuntime may take for zero."""
    found = reals(node, value, what)
    wrong = found[found < SMALLEST]
    if wrong.size:
        raise node.broken(
            f"its {what} is {float(wrong[0]):.6g}", f"wanted {SMALLEST:.3g} or more; retrain it"
        )
    return found


def against(node: Node, values: FloatArray, x: SSAValue) -> FloatArray:
    """`values` so that they broadcast against one row of `x` without making it larger."""
    shape = shape_of(x)
    if values.size == 1:
        return values.reshape(())
    if values.ndim == len(shape) and values.shape[0] == 1:
        values = values[0]
    aligned = (*[1] * (len(shape) - values.ndim), *values.shape)
    fits = all(e in (1, s) for e, s in zip(aligned, shape, strict=False))
    if values.ndim >= len(shape) or not fits:
        raise node.unsupported(
            f"a constant of shape {values.shape} meets a tensor of shape {shape}",
            "wanted one that broadcasts over the batch and makes the tensor no larger",
        )
    return values
