"""What a network is to the fabric: steps between tensors of positions and channels.

Everything geometric (strides, padding, dilation, phases, flattening) has become tables of positions
here; which tile does what is decided behind it. Steps name the values of the integer graph that
they compute, so that goldens and hardware can be compared by name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from tercet.ir.types import Int, IntArray


@dataclass(frozen=True, eq=False)
class Tensor:
    """A quantized value: up to 8 bits less the zero point, at positions x channels."""

    name: str
    """As in `value_names`."""
    height: int
    width: int
    """Positions are height x width, row-major; 1 x 1 for a vector of channels."""
    channels: int
    element: Int
    zero_point: int
    order: IntArray
    """[positions, channels]: where each stands in the value of the graph, flattened, batch of 1."""

    @property
    def positions(self) -> int:
        return self.height * self.width


@dataclass(frozen=True, eq=False)
class Rescale:
    """y = clip(rne(sum over items of mul * x + add, shift), low, high); rows N, or 1 for all."""

    mul: IntArray
    """[N or 1, items]; a MAC has one item, its sum."""
    add: IntArray
    """[N or 1]."""
    shift: IntArray
    low: int
    high: int


@dataclass(frozen=True, eq=False)
class Thresholds:
    """y = low + how many of the row's steps the sum (or the one item) reaches."""

    steps: IntArray
    """[N or 1, E], ascending."""
    low: int


@dataclass(frozen=True, eq=False)
class Lookup:
    """y = table[x - first], x the one item with its zero point."""

    table: IntArray
    """[N or 1, entries]."""
    first: int


@dataclass(frozen=True)
class Greatest:
    """y is the greatest item, on the grid of the items. With one item: a copy."""


@dataclass(frozen=True)
class Sums:
    """The sums themselves, in 32 bits: only for a result that leaves the fabric."""


Closing = Rescale | Thresholds | Lookup | Greatest | Sums


@dataclass(frozen=True, eq=False)
class Mac:
    """acc[q, n] = bias[n] + sum over t, c of weights[t, n, c] * x[taps[q, t], c of n's group].

    With `groups` G, output n reads the channels of group n // (N / G) only. Activations count less
    their zero point.
    """

    name: str
    x: Tensor
    taps: IntArray
    """[Q, T]: position of x; -1 adds nothing."""
    weights: IntArray
    """[T, N, C / groups]."""
    bias: IntArray
    """[N]."""
    groups: int
    closing: Rescale | Thresholds | Sums
    sum_name: str
    """Of the accumulators (with bias) among the values of the graph."""
    result: Tensor
    phases: int = 1
    """Transposed: positions of one phase (raster modulo stride) share their taps' pattern."""
    rows: IntArray | None = None
    """[Q]: the positions of the result that this step makes; None: all."""
    sum_factor: IntArray | None = None
    """[N]: the named sums are this step's times these (-1, weight of a pool); None: equal."""


@dataclass(frozen=True)
class Window:
    """Two axes; a sequence has height 1."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    first: tuple[int, int]
    """Padding above and to the left."""
    dilation: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Depthwise:
    """acc[q, c] = bias[c] + sum over the window of weights[c, i, j] * x[.., c].

    Sums and averages over windows are this with weights of one.
    """

    name: str
    x: Tensor
    window: Window
    weights: IntArray
    """[C, kernel height, kernel width]."""
    bias: IntArray
    """[C]."""
    closing: Rescale | Thresholds | Sums
    sum_name: str
    result: Tensor
    rows: IntArray | None = None
    """The positions of the result that this step makes, of the window's raster; None: all."""
    sum_factor: IntArray | None = None
    """[C]: as of a Mac."""


@dataclass(frozen=True, eq=False)
class Vector:
    """Value by value: result[q, n] of items, each an element of an operand.

    `product` multiplies the two items (less their zero points) before the Rescale; otherwise the
    items of a Rescale are added up, each by its own mul, less their zero points.
    """

    name: str
    operands: tuple[Tensor, ...]
    items: IntArray
    """[Q, I, 2]: operand, position; position -1 is an item of real zero."""
    channels: IntArray
    """[operands, N]: the channel of each operand that makes channel n."""
    closing: Rescale | Thresholds | Lookup | Greatest
    product: bool
    result: Tensor
    rows: IntArray | None = None
    """[Q]: the positions of the result that this step makes; None: all."""
    columns: IntArray | None = None
    """[N]: the channels of the result that this step makes; None: all."""


Step = Mac | Depthwise | Vector


@dataclass(frozen=True)
class Region:
    """Positions of a tensor: `rows` of `width` each, the first at `first`, `pitch` apart."""

    first: int
    width: int
    rows: int = 1
    pitch: int = 0

    @property
    def positions(self) -> IntArray:
        """[rows * width]."""
        found = self.first + np.arange(self.rows)[:, None] * self.pitch + np.arange(self.width)
        return np.asarray(found.reshape(-1), np.int64)

    def places(self, positions: IntArray) -> IntArray:
        """Where positions of the tensor stand in the region; -1 stays what it is."""
        moved = positions - self.first
        if self.rows > 1:
            moved = moved // self.pitch * self.width + moved % self.pitch
        return np.where(positions >= 0, moved, -1)

    def runs(self, begin: int, behind: int) -> Iterator[tuple[int, int, int]]:
        """Places from `begin` on, in parts that lie in a row: place, position, count."""
        at = begin
        while at < behind:
            row, column = divmod(at, self.width)
            count = min(behind - at, self.width - column)
            yield at, self.first + row * self.pitch + column, count
            at += count


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
