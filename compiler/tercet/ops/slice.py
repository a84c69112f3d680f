"""Slice: every n-th element of a range of every axis (slice, chunk, split)."""

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
from tercet.ir.types import SI8, UI8, Dense, tensor, values_of, vector


@irdl_op_definition
class Slice(MovementOp):
    """y = x[starts : stops : steps], axis by axis."""

    name = "tercet.slice"
    x = operand_def(TensorType)
    starts = prop_def(Dense)
    """si64, one for each axis, like `stops` and `steps`; 0, 1 and 1 keep the whole batch."""
    stops = prop_def(Dense)
    steps = prop_def(Dense)
    """1 or more."""
    traits = traits_def(Pure())
    c, hls = (
        Kernel("tercet_slice", "tercet/slice.h"),
        Kernel("tercet::slice", "tercet/slice.hpp"),
    )

    def __init__(
        self,
        x: SSAValue,
        starts: Sequence[int],
        stops: Sequence[int],
        steps: Sequence[int],
        *,
        layer: str,
    ) -> None:
        """One start, stop and step for each axis, the batch included; none is negative."""
        parts = [range(*part) for part in zip(starts, stops, steps, strict=True)]
        limits = {"starts": vector(starts), "stops": vector(stops), "steps": vector(steps)}
        super().__init__([x], [len(part) for part in parts[1:]], limits, layer)

    def parts(self) -> list[slice]:
        """The slice of every axis except the batch."""
        limits = zip(*(values_of(v).tolist() for v in self._limits()), strict=True)
        return [slice(*limit) for limit in limits][1:]

    def _limits(self) -> tuple[Dense, Dense, Dense]:
        return self.starts, self.stops, self.steps

    def result_shape(self, *shapes: tuple[int, ...]) -> tuple[int, ...]:
        (x,) = shapes
        for limit in self._limits():
            self.require(limit.get_shape() == (len(x),), f"needs {len(x)} limits, one an axis")
        batch = [int(values_of(limit)[0]) for limit in self._limits()]
        self.require(batch == [0, 1, 1], "the batch is taken whole: its limits are 0, 1, 1")
        for part, extent in zip(self.parts(), x[1:], strict=True):
            legal = 0 <= part.start < part.stop <= extent and part.step >= 1
            self.require(legal, f"{part.start}:{part.stop}:{part.step} is no part of {extent}")
        return (x[0], *(len(range(part.start, part.stop, part.step)) for part in self.parts()))

    def moved(self, *operands: npt.NDArray[Any]) -> npt.NDArray[Any]:
        (x,) = operands
        return np.ascontiguousarray(x[:, *self.parts()])

    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        starts, stops, steps = (values_of(limit)[1:] for limit in self._limits())
        axes = graph.constant(range(1, len(starts) + 1))
        limits = (graph.constant(starts), graph.constant(stops), axes, graph.constant(steps))
        return graph.node("Slice", *operands, *limits)

    @classmethod
    def samples(cls) -> Sequence[Sample]:
        half = build(
            [tensor((1, 9, 5), UI8)],
            lambda x: [cls(x, (0, 3, 0), (1, 9, 5), (1, 1, 1), layer="half")],
        )
        steps = build(
            [tensor((1, 7, 8, 9), SI8)],
            lambda x: [cls(x, (0, 0, 1, 2), (1, 7, 8, 8), (1, 2, 3, 1), layer="steps")],
        )
        return [Sample(half, (Interval(0, 255),)), Sample(steps, (Interval(-128, 127),))]
