"""Stages from shapes; pieces that are alike share tables, weights and parameters."""

from collections.abc import Hashable
from dataclasses import replace

from tercet.targets.fabric.choice.cost import cost_of
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.stages.stage import Shape, Stage, staged
from tercet.targets.fabric.stages.turned_lanes import turned
from tercet.targets.fabric.tiles.layout import Layout
from tercet.targets.fabric.tiles.pattern import Made


class Stager:
    """Makes stages on one fabric, each distinct one once."""

    def __init__(self, spec: FabricSpec, most: int = 0) -> None:
        self.spec, self._most = spec, most
        self._stages: dict[Hashable, Stage] = {}
        self._turned: dict[Hashable, Made] = {}
        self._costs: dict[Hashable, float] = {}

    @staticmethod
    def key(shape: Shape) -> Hashable:
        """A key that is equal for shapes whose stages differ only in their operands' bases."""
        first = shape.reads[0].base
        reads = tuple((_geometry(layout), layout.base - first) for layout in shape.reads)
        return shape.made, reads, shape.writes and _geometry(shape.writes), shape.pitch

    def staged(self, shape: Shape) -> Stage:
        """The stage of a shape, as by `stage.staged`."""
        key = self.key(shape)
        if key not in self._stages:
            self._stages[key] = staged(shape, self.spec)
        known = self._stages[key]
        code = replace(known.code, act_base=shape.reads[0].base)
        return replace(known, shape=shape, code=code)

    def turned(self, shape: Shape) -> Shape:
        """The shape with turned lanes, as by `turned_lanes.turned`."""
        key = self.key(shape)
        if key not in self._turned:
            self._turned[key] = turned(shape).made
        made = self._turned[key]
        return shape if made is shape.made else replace(shape, made=made)

    def cost(self, stage: Stage) -> float:
        """Cycles of its EXECs by the cycle model, which runs about `most` of each."""
        key = self.key(stage.shape)
        if key not in self._costs:
            self._costs[key] = cost_of(stage, self.spec, self._most).execute
        return self._costs[key]


def _geometry(layout: Layout) -> Hashable:
    """A key of a layout without its tensor and its base."""
    where = layout.first.tobytes(), layout.counts.tobytes()
    size = layout.block, layout.pitch, layout.room, layout.tensor.channels
    return layout.grid, layout.planar, where, size, layout.inside is None
