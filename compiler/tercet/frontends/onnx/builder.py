"""The builder of the float module, and the kinds of operands of a node."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from xdsl.ir import SSAValue

from tercet.frontends.integers import Integers
from tercet.frontends.onnx.file.limits import ROW, Budget, require_shape
from tercet.frontends.onnx.file.tensors import Array
from tercet.frontends.onnx.node import Node
from tercet.ir.families.real import is_real
from tercet.ir.op import LayerOp
from tercet.ir.types import FloatArray, shape_of

Value: TypeAlias = SSAValue | Integers | Array | None
"""A layer's result, a quantized constant, any other constant, or nothing."""
SMALLEST = float(np.finfo(np.float32).tiny)


@dataclass
class OnnxBuilder:
    """The operators of the float module so far."""

    batch: int = 1
    """The file's batch; a number of ours if the file leaves it open."""
    open: bool = False
    """Whether the file leaves the batch open."""
    ort: bool = False
    """Whether operator form means ONNXRuntime's float32 arithmetic instead of exact reals."""
    budget: Budget = field(default_factory=Budget)
    ops: list[LayerOp] = field(default_factory=list)

    @property
    def rows(self) -> int | str:
        """The batch, for a message."""
        return "batch" if self.open else self.batch

    def add(self, node: Node, op: LayerOp) -> SSAValue:
        """Append `op`; returns its result."""
        require_shape(node.name, shape_of(op.results[0]), ROW)
        self.ops.append(op)
        return op.results[0]


def tensor(node: Node, value: Value) -> SSAValue:
    """`value` as the result of another layer, of reals or integers; constants are refused."""
    if isinstance(value, SSAValue):
        return value
    raise node.unsupported("its input is a constant", wanted="the result of another layer")


def real(node: Node, value: Value) -> SSAValue:
    """`value` as the result of another layer, of reals; integers are refused."""
    found = tensor(node, value)
    if is_real(found):
        return found
    raise node.unsupported(
        f"{node.kind} takes integers as they are", way_out="put a DequantizeLinear in front of it"
    )


def constant(node: Node, value: Value, what: str) -> Array:
    """The numbers of a constant; results of layers are refused."""
    if isinstance(value, Integers):
        return np.asarray(value.values * value.scale)
    if isinstance(value, np.ndarray):
        return value
    found = "is missing" if value is None else "is no constant"
    raise node.unsupported(f"its {what} {found}", wanted=f"a constant {what}")


def reals(node: Node, value: Value, what: str) -> FloatArray:
    """The float64 values of a constant, all of them finite."""
    found = constant(node, value, what).astype(np.float64)
    if not np.isfinite(found).all():
        raise node.broken(f"its {what} holds NaN or infinity", wanted="finite numbers")
    return found


def whole(node: Node, value: Value, what: str) -> tuple[int, ...]:
    """The integers of a constant list, such as a shape or axes."""
    found = constant(node, value, what)
    if found.dtype.kind not in "iu" or found.ndim > 1:
        raise node.broken(f"its {what} is no list of whole numbers", wanted="int64")
    return tuple(int(n) for n in found.reshape(-1))


def single(node: Node, value: Value, what: str) -> float:
    """The only number of a constant."""
    found = reals(node, value, what)
    if found.size != 1:
        raise node.unsupported(f"its {what} has shape {found.shape}", wanted="one number")
    return float(found.reshape(()))


def scales(node: Node, value: Value, what: str = "scale") -> FloatArray:
    """The scales of a constant: above zero, and not denormal, which ONNXRuntime may take for 0."""
    found = reals(node, value, what)
    wrong = found[found < SMALLEST]
    if wrong.size:
        raise node.broken(
            f"its {what} is {float(wrong[0]):.6g}",
            wanted=f"{SMALLEST:.3g} or more",
            way_out="retrain it",
        )
    return found


def for_a_row(builder: OnnxBuilder, node: Node, values: FloatArray, x: SSAValue) -> FloatArray:
    """A constant shaped to broadcast against `x`; refused unless it is the same for every row."""
    shape = (builder.rows, *shape_of(x)[1:])
    if values.ndim > len(shape):
        raise node.unsupported(
            f"a constant of shape {values.shape} puts axes in front of the batch of a tensor of "
            f"shape {named(shape)}",
            wanted=f"one of {len(shape)} axes or fewer",
        )
    if values.ndim < len(shape) or values.shape[0] == 1:
        return values
    if values.shape[0] != builder.batch or not (values == values[:1]).all():
        raise node.unsupported(
            f"a constant of shape {values.shape} meets a tensor of shape {named(shape)}, so that "
            "the result of a row depends on its place in the batch",
            wanted="the same for every row: an extent of 1 there, or none",
        )
    return values[:1]


def against(builder: OnnxBuilder, node: Node, values: FloatArray, x: SSAValue) -> FloatArray:
    """`values` shaped to broadcast against one row of `x`; refused if they would enlarge it."""
    shape, values = shape_of(x), for_a_row(builder, node, values, x)
    if values.size == 1:
        return values.reshape(())
    row = values[0] if values.ndim == len(shape) else values
    fits = zip(reversed(row.shape), reversed(shape[1:]), strict=False)
    if not all(extent in (1, whole) for extent, whole in fits):
        raise node.unsupported(
            f"a constant of shape {row.shape} meets a tensor of shape "
            f"{named((builder.rows, *shape[1:]))}",
            wanted="one that broadcasts over the batch and makes the tensor no larger",
        )
    return row


def named(shape: Sequence[int | str]) -> str:
    """The text of a shape for messages; the batch may be a word."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
