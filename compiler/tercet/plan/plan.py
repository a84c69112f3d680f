"""What the compiler decided: who computes what where, every buffer, both programs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tercet.fabric.frame import FRAME_BYTES, Frame
from tercet.fabric.mapping import DenseMap
from tercet.fabric.spec import FabricSpec
from tercet.ir.types import IntArray

if TYPE_CHECKING:
    from tercet.plan.parameters import Post


@dataclass(frozen=True)
class LayerPlan:
    """One layer on the fabric."""

    name: str
    sum_name: str
    """Name of its accumulators among the values of the network, and of its result."""
    result_name: str
    mapping: DenseMap
    matrix: IntArray
    bias: IntArray
    post: "Post"
    zero_point: int
    """Of its input."""
    column_base: int
    act_base: int
    param_base: int
    chunks: tuple[int, ...]
    """Columns that each of its EXEC frames visits in a pass."""

    @property
    def inputs(self) -> int:
        return self.mapping.inputs

    @property
    def outputs(self) -> int:
        return self.mapping.outputs

    @property
    def tk(self) -> int:
        """Input slices."""
        return self.mapping.tk

    @property
    def to(self) -> int:
        """Output slices."""
        return self.mapping.to

    @property
    def passes(self) -> int:
        return self.mapping.passes

    @property
    def weight_sparsity(self) -> float:
        """Share of the weights that are zero."""
        return float((self.matrix == 0).mean())


@dataclass(frozen=True)
class Program:
    """Frames in memory, run by one doorbell."""

    address: int
    frames: tuple[Frame, ...]

    @property
    def data(self) -> bytes:
        return b"".join(frame.encode() for frame in self.frames)

    @property
    def size(self) -> int:
        """Bytes."""
        return FRAME_BYTES * len(self.frames)


@dataclass(frozen=True)
class Segment:
    """Bytes that lie in memory before anything runs."""

    address: int
    data: bytes


@dataclass(frozen=True)
class Plan:
    """A network on a fabric. `setup` makes it resident, `infer` runs one input."""

    spec: FabricSpec
    layers: tuple[LayerPlan, ...]
    setup: Program
    infer: Program
    segments: tuple[Segment, ...]
    """Weights and parameters; programs besides."""
    input_address: int
    input_bytes: int
    output_address: int
    output_bytes: int
    window: tuple[int, int]
    """First byte that the fabric may touch, and first byte behind."""
    input_signed: bool
    output_dtype: str
    """numpy type of an output in memory."""

    def image(self) -> npt.NDArray[np.uint8]:
        """Memory before anything runs, every byte from address 0 to the window's end."""
        memory = np.zeros(self.window[1], np.uint8)
        programs = [Segment(p.address, p.data) for p in (self.setup, self.infer)]
        for part in (*self.segments, *programs):
            memory[part.address : part.address + len(part.data)] = np.frombuffer(
                part.data, np.uint8
            )
        return memory

    def pack(self, x: IntArray) -> npt.NDArray[np.uint8]:
        """Bytes [V, input_bytes] of inputs [V, K], as LOAD expects them.

        Chunk by chunk, slice by slice, padded with the zero point.
        """
        first = self.layers[0]
        mapping = first.mapping
        gap = mapping.tk * mapping.slice_inputs - mapping.inputs
        flat = np.pad(x.reshape(len(x), -1), ((0, 0), (0, gap)), constant_values=first.zero_point)
        slices = flat.reshape(len(x), mapping.tk, mapping.slice_inputs)
        starts = np.cumsum(first.chunks)[:-1].tolist()
        parts = [part.reshape(len(x), -1) for part in np.split(slices, starts, axis=2)]
        return np.concatenate(parts, axis=1).astype(np.uint8)

    def unpack(self, data: npt.NDArray[np.uint8]) -> IntArray:
        """Outputs [V, N] of bytes [V, output_bytes]."""
        values = np.ascontiguousarray(data).view(self.output_dtype)
        return values[:, : self.layers[-1].outputs].astype(np.int64)
