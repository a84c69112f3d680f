"""Broadcast: axes of extent 1 repeated, by numpy's rules (PyTorch's expand)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.movement import MovementOp
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Kernel, Sample
from tercet.ir.types import SI8, UI8, shape_of, tensor


@irdl_op_definition
class Broadcast(MovementOp):
    """y[b] = x[b] by numpy's rules in the result's shape: axes are aligned at the last one."""

    name = "tercet.broadcast"
    x = operand_def(TensorType)
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_broadcast", "tercet/broadcast.h"),
        Kernel("tercet::broadcast", "tercet/broadcast.hpp"),
    )

    def __init__(self, x: SSAValue, shape: Sequence[int], *, layer: str) -> None:
        """`shape` has no batch."""
        super().__init__([x], shape, {}, layer)

    def aligned(self) -> tuple[int, ...]:
        """The shape of x without the batch, with leading axes of 1 up to the result's rank."""
        x, y = shape_of(self.x)[1:], shape_of(self.y)[1:]
        return (*[1] * (len(y) - len(x)), *x)

    def result_shape(self, *shapes: tuple[int, ...]) -> tuple[int, ...]:
        x, y, aligned = shapes[0], shape_of(self.y), self.aligned()
        legal = len(aligned) == len(y) - 1 and all(
            e in (1, wanted) for e, wanted in zip(aligned, y[1:], strict=True)
        )
        self.require(legal, f"{x} cannot be broadcast to {y}")
        return (x[0], *y[1:])

    def moved(self, *operands: npt.NDArray[Any]) -> npt.NDArray[Any]:
        (x,) = operands
        wide = x.reshape(len(x), *self.aligned())
        return np.broadcast_to(wide, (len(x), *shape_of(self.y)[1:])).copy()

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        wide = graph.node("Reshape", *operands, graph.constant([0, *self.aligned()]))
        return graph.node("Expand", wide, graph.constant([1, *shape_of(self.y)[1:]]))

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        rows = build([tensor((1, 3, 1, 4), UI8)], lambda x: [cls(x, (3, 5, 4), layer="rows")])
        ranks = build([tensor((1, 5), SI8)], lambda x: [cls(x, (2, 3, 5), layer="ranks")])
        return [Sample(rows, (Interval(0, 255),)), Sample(ranks, (Interval(-128, 127),))]
