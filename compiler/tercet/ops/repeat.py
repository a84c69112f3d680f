"""Every element repeated along its axes: nearest-neighbour upsampling."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, traits_def
from xdsl.traits import Pure

from tercet.ir.exchange import OnnxGraph
from tercet.ir.families.movement import MovementOp
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import Kernel, Sample
from tercet.ir.types import SI8, UI8, Dense, shape_of, tensor, values_of, vector


@irdl_op_definition
class Repeat(MovementOp):
    """y[i, j, ..] = x[i // repeats[0], j // repeats[1], ..]."""

    name = "tercet.repeat"
    x = operand_def(TensorType)
    repeats = prop_def(Dense)
    """si64, one for each axis, 1 or more; 1 for the batch."""
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_repeat", "tercet/repeat.h"),
        Kernel("tercet::repeat", "tercet/repeat.hpp"),
    )

    def __init__(self, x: SSAValue, repeats: Sequence[int], *, layer: str) -> None:
        shape = [e * r for e, r in zip(shape_of(x), repeats, strict=True)]
        super().__init__([x], shape[1:], {"repeats": vector(repeats)}, layer)

    def times(self) -> tuple[int, ...]:
        return tuple(values_of(self.repeats).tolist())

    def result_shape(self, *shapes: tuple[int, ...]) -> tuple[int, ...]:
        (x,), times = shapes, self.times()
        legal = len(times) == len(x) and times[0] == 1 and min(times) >= 1
        self.require(legal, f"{times} repeats no tensor of shape {x}; wanted 1 for the batch")
        return tuple(e * r for e, r in zip(x, times, strict=True))

    def moved(self, *operands: npt.NDArray[Any]) -> npt.NDArray[Any]:
        (y,) = operands
        for axis, times in enumerate(self.times()):
            y = np.repeat(y, times, axis) if times > 1 else y
        return y

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        # an axis of extent 1 behind every axis is expanded, then merged into the axis before it
        x, times = shape_of(self.x)[1:], self.times()[1:]
        split = graph.constant([0, *(n for extent in x for n in (extent, 1))])
        ones = graph.constant([1, *(n for count in times for n in (1, count))])
        spread = graph.node("Expand", graph.node("Reshape", *operands, split), ones)
        return graph.node("Reshape", spread, graph.constant([0, *shape_of(self.y)[1:]]))

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        image = build([tensor((1, 2, 3, 4), UI8)], lambda x: [cls(x, (1, 1, 2, 3), layer="image")])
        line = build([tensor((1, 5), SI8)], lambda x: [cls(x, (1, 4), layer="line")])
        return [Sample(image, (Interval(0, 255),)), Sample(line, (Interval(-128, 127),))]
