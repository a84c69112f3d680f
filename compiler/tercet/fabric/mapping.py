"""How a dense layer lies on the tiles: which channel meets which input where, and when.

Tile t holds input slice t % tk of output slice t // tk. The results of a layer go to `targets`, the
input slices of the next layer. Where several output slices share a target (phases), the target
hears them in turn; where several targets share an output slice (split), it fills them in turn.
Either way every target receives its channels in order, which keeps write addresses sequential.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tercet.fabric.spec import WORD
from tercet.ir.types import IntArray


def up(value: int, unit: int) -> int:
    """The next multiple of `unit`."""
    return -(-value // unit) * unit


@dataclass(frozen=True)
class DenseMap:
    """A K x N layer on `tiles` tiles of `lanes` lanes."""

    inputs: int
    outputs: int
    tiles: int
    lanes: int
    tk: int
    """Input slices."""
    slice_inputs: int
    """Inputs of a slice; those beyond K are zero."""
    targets: int
    """Write targets: the next layer's input slices, or 1 for bank C."""
    block: int
    """Channels of a target; those beyond N are zero."""

    @property
    def to(self) -> int:
        """Output slices."""
        return self.tiles // self.tk

    @property
    def phases(self) -> int:
        """Output slices that share a target."""
        return max(1, self.to // self.targets)

    @property
    def split(self) -> int:
        """Targets that share an output slice."""
        return max(1, self.targets // self.to)

    @property
    def stream(self) -> int:
        """Values that leave one output slice (split), or reach one target (phases)."""
        return self.split * self.block

    @property
    def passes(self) -> int:
        return -(-self.stream // (self.phases * self.lanes))

    @property
    def columns(self) -> int:
        """Columns of bank A between one pass and the next."""
        return up(self.slice_inputs, WORD)

    @cached_property
    def channels(self) -> IntArray:
        """Channel of [output slice, pass, lane]; -1 where there is none."""
        s, g, j = np.ogrid[: self.to, : self.passes, : self.lanes]
        place = (g * self.phases + s % self.phases) * self.lanes + j
        channel = s // self.phases * self.stream + place
        return np.where((place < self.stream) & (channel < self.outputs), channel, -1)

    @cached_property
    def events(self) -> IntArray:
        """Channel of [value number, target stream], in the order in which values are written.

        A stream is a target (phases) or an output slice (split); -1 where the value is padding.
        """
        streams = self.to // self.phases
        n = np.arange(self.stream)[:, None] + np.arange(streams) * self.stream
        return np.where(n < self.outputs, n, -1)

    @cached_property
    def sources(self) -> IntArray:
        """First tile of the output slice that [value number, target stream] comes from."""
        phase = np.arange(self.stream)[:, None] // self.lanes % self.phases
        return (np.arange(self.to // self.phases) * self.phases + phase) * self.tk

    def weights(self, matrix: IntArray) -> IntArray:
        """Trits [tile, pass, column, lane] of a weight matrix [N, K]."""
        padded = np.zeros((self.outputs + 1, self.tk * self.slice_inputs), np.int64)
        padded[: self.outputs, : self.inputs] = matrix
        sliced = padded.reshape(-1, self.tk, self.slice_inputs)
        lanes = sliced[self.channels]  # [to, pass, lane, tk, input]
        by_tile = lanes.transpose(0, 3, 1, 4, 2).reshape(
            self.tiles, self.passes, self.slice_inputs, self.lanes
        )
        gap = self.columns - self.slice_inputs
        return np.pad(by_tile, ((0, 0), (0, 0), (0, gap), (0, 0)))

    def activations(self, x: IntArray) -> IntArray:
        """Activations [..., tile, input of the slice] of inputs [..., K]."""
        gap = self.tk * self.slice_inputs - self.inputs
        padded = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, gap)])
        slices = padded.reshape(*x.shape[:-1], self.tk, self.slice_inputs)
        return slices[..., np.arange(self.tiles) % self.tk, :]

    def estimate(self, density: float = 0.5) -> float:
        """About how many cycles the layer takes at this density of activations."""
        scan = self.slice_inputs * density + 1
        drain = self.phases * min(self.lanes, self.block)
        return scan + (self.passes - 1) * max(scan, drain) + drain
