"""What the compiler decided: who computes what where, every buffer, both programs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import FRAME_BYTES, Exec, Frame
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.tiles.grid import Grid

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class LayerPlan:
    """One step of the network on the fabric."""

    name: str
    kind: str
    """mac, depthwise or vector."""
    sum_name: str | None
    """Of its accumulators among the values of the network."""
    result_name: str
    grid: Grid
    shape: tuple[int, int]
    """Positions and channels of the result."""
    groups: int
    lanes: int
    """Live lanes of a group."""
    planes: int
    columns: int
    """Weight columns of a tile."""
    weight_sparsity: float
    """Share of the weights that are zero; 0 without weights."""


@dataclass(frozen=True, eq=False)
class Heard:
    """What an EXEC frame shows: element of the layer's result by event and tile; -1: nothing."""

    layer: int
    elements: IntArray
    """[events, tiles]."""
    bias: IntArray | None
    """[events, tiles]: added to a sum; None where the sums mean nothing."""
    factor: IntArray | None = None
    """[events, tiles]: the network's sum is that times this; None: 1."""
    vector: int = 0
    """Of the batch: the input that it belongs to."""
    within: Mapping[str, IntArray] = field(default_factory=dict)
    """Of each concatenation that the result lies inside of: its element, by that of the result."""


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

    @property
    def execs(self) -> dict[int, Exec]:
        """The EXEC frames by number."""
        return {n: frame for n, frame in enumerate(self.frames) if isinstance(frame, Exec)}


@dataclass(frozen=True)
class Segment:
    """Bytes that lie in memory from the start."""

    address: int
    data: bytes


@dataclass(frozen=True, eq=False)
class Port:
    """An input or an output of the network, as it lies in memory."""

    name: str
    address: int
    """Within one input, or one output, as a whole: bytes from its start."""
    dtype: str
    """numpy type of an element in memory."""
    elements: IntArray
    """Of the value, flattened, at every place; -1 where there is none."""
    count: int
    """Elements of the value."""
    fill: int
    """What an input's empty places hold: its zero point."""

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.elements) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that a fabric needs to run a network."""

    spec: FabricSpec
    layers: tuple[LayerPlan, ...]
    setup: Program
    """Makes the network resident."""
    infer: Program
    """Runs a batch of inputs through it."""
    segments: tuple[Segment, ...]
    """Weights, parameters and tables; the programs besides."""
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    input_address: int
    input_bytes: int
    """Of a whole batch, one input behind the other."""
    output_address: int
    output_bytes: int
    """Of a whole batch."""
    window: tuple[int, int]
    """First byte that the fabric may touch, and first byte behind."""
    heard: Mapping[int, Heard]
    """What each EXEC frame of `infer` shows, by its number."""
    batch: int = 1
    """Inputs that one run of `infer` takes."""

    @property
    def input_step(self) -> int:
        """Bytes from one input of a batch to the next."""
        return self.input_bytes // self.batch

    @property
    def output_step(self) -> int:
        """Bytes from the outputs of one input to those of the next."""
        return self.output_bytes // self.batch

    def image(self) -> Bytes:
        """Memory before anything runs, every byte from address 0 to the window's end."""
        memory = np.zeros(self.window[1], np.uint8)
        programs = [Segment(p.address, p.data) for p in (self.setup, self.infer)]
        for part in (*self.segments, *programs):
            memory[part.address : part.address + len(part.data)] = np.frombuffer(
                part.data, np.uint8
            )
        return memory

    def pack(self, *xs: IntArray) -> Bytes:
        """Bytes [runs, input_bytes] of inputs [V, ...], as LOAD expects them, a batch a run.

        A last batch that is not full is filled with inputs of zero points.
        """
        count = len(xs[0])
        found = np.zeros((-(-count // self.batch) * self.batch, self.input_step), np.uint8)
        for port, x in zip(self.inputs, xs, strict=True):
            flat = np.pad(x.reshape(count, -1), ((0, 0), (0, 1)), constant_values=port.fill)
            held = found[:, port.address : port.address + port.size]
            held[:count], held[count:] = flat[:, port.elements], port.fill % 256
        return found.reshape(len(found) // self.batch, self.input_bytes)

    def unpack(self, data: Bytes, count: int | None = None) -> dict[str, IntArray]:
        """Outputs [V, elements] by name, of bytes [runs, output_bytes]: of the first `count`."""
        data = data.reshape(-1, self.output_step)[:count]
        found = {}
        for port in self.outputs:
            part = np.ascontiguousarray(data[:, port.address : port.address + port.size])
            values = np.zeros((len(data), port.count), np.int64)
            real = port.elements >= 0
            values[:, port.elements[real]] = part.view(port.dtype)[:, real]
            found[port.name] = values
        return found
