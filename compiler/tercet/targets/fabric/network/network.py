"""A network of steps in an order in which they can run, and where its tensors lie.

Everything geometric (strides, padding, dilation, phases, flattening) has become tables of positions
here; which tile does what is decided behind it. Steps name the values of the integer graph that
they compute, so that goldens and hardware can be compared by name.
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
    """Channels from `first` on that its steps may write: later steps overwrite what is too much."""


@dataclass(frozen=True, eq=False)
class Cut:
    """What a piece is of, and the first piece of it that is like this one but for its place."""

    of: Step
    like: Step


@dataclass(frozen=True, eq=False)
class Network:
    """A whole network, steps in an order in which they can run."""

    inputs: tuple[Tensor, ...]
    steps: tuple[Step, ...]
    outputs: tuple[Tensor, ...]
    output_orders: tuple[IntArray, ...] = ()
    """For each output [positions, channels]: where each stands in what the graph returns, which may
    be a moved view of the tensor; -1: nowhere."""
    loaded: Mapping[Tensor, Part] = field(default_factory=dict)
    """Tensors that come from memory, where steps before have stored them."""
    stored: Mapping[Tensor, Part] = field(default_factory=dict)
    """Results that go to memory."""
    inside: Mapping[Tensor, Inside] = field(default_factory=dict)
    """Tensors that lie inside others, which are written part by part."""
    pieces: Mapping[Step, Cut] = field(default_factory=dict)
    """Steps that are pieces of larger ones, or these as a whole."""

    def like(self, step: Step) -> Step:
        """The first step that is like this one."""
        return self.pieces[step].like if step in self.pieces else step

    def whole(self, x: Tensor) -> Tensor:
        """What has a place of its own in bank B: the tensor, or that which it lies inside of."""
        return self.inside[x].whole if x in self.inside else x
