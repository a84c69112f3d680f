"""The network of steps, in an order in which they can run, with tensors in memory and in others.

Geometry (strides, padding, dilation, phases, flattening) has become tables of positions here;
later stages assign work to tiles. Steps name the values of the integer graph that they compute,
so that reference and hardware can be compared by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tercet.ir.types import IntArray
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.tensor import Region, Tensor


@dataclass(frozen=True, eq=False)
class Part:
    """Positions of a tensor that lies in memory."""

    source: Tensor
    region: Region


@dataclass(frozen=True, eq=False)
class Inside:
    """Channels of a larger tensor, from `first` on, in which a tensor lies."""

    whole: Tensor
    first: int
    room: int = 0
    """Channels from `first` on that its steps may write; later steps overwrite those behind it."""


@dataclass(frozen=True, eq=False)
class Cut:
    """The whole step `of` a piece, and the first piece that is `like` it except for its place."""

    of: Step
    like: Step


@dataclass(frozen=True, eq=False)
class Network:
    """A whole network, steps in an order in which they can run."""

    inputs: tuple[Tensor, ...]
    steps: tuple[Step, ...]
    outputs: tuple[Tensor, ...]
    output_orders: tuple[IntArray, ...] = ()
    """For each output [positions, channels]: index of each element in the value that the graph
    returns, which may be a moved view of the tensor; -1: not in it."""
    loaded: Mapping[Tensor, Part] = field(default_factory=dict)
    """Tensors that are loaded from memory, where inputs lie or earlier steps have stored them."""
    stored: Mapping[Tensor, Part] = field(default_factory=dict)
    """Results that are stored to memory."""
    inside: Mapping[Tensor, Inside] = field(default_factory=dict)
    """Tensors that lie inside larger ones, which are written part by part."""
    pieces: Mapping[Step, Cut] = field(default_factory=dict)
    """The cut of every step that is a piece, or that was cut into one piece."""

    def like(self, step: Step) -> Step:
        """The first step that is like this one."""
        return self.pieces[step].like if step in self.pieces else step

    def whole(self, x: Tensor) -> Tensor:
        """The tensor with a place of its own in bank B: `x`, or the tensor that `x` lies inside."""
        return self.inside[x].whole if x in self.inside else x
