"""The plan of a network on a fabric: its layers, both programs, and the contents of memory."""

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
    """Name of its sums among the values of the network; None without sums."""
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
    """What an EXEC frame exposes: the element of its layer's result by event and tile; -1: none."""

    layer: int
    elements: IntArray
    """[events, tiles]."""
    bias: IntArray | None
    """[events, tiles]: to add to a sum; None if the sums are no value of the network."""
    factor: IntArray | None = None
    """[events, tiles]: factor from a sum with its bias to the network's sum; None: 1."""
    vector: int = 0
    """The input of the batch that it belongs to."""
    within: Mapping[str, IntArray] = field(default_factory=dict)
    """For each concatenation that the result lies inside: its element, by the result's element."""


@dataclass(frozen=True)
class Program:
    """Frames in memory, which one doorbell runs."""

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
    """Bytes from the place where the inputs, or the outputs, of one vector start."""
    dtype: str
    """numpy type of an element in memory."""
    elements: IntArray
    """Index in the flattened value of the element at each place; -1: no element."""
    count: int
    """Elements of the value."""
    fill: int
    """Content of an input's places without element: its zero point."""

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
    """Weights, parameters and tables, and both programs."""
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    input_address: int
    input_bytes: int
    """Bytes of a whole batch, one input after the other."""
    output_address: int
    output_bytes: int
    """Bytes of a whole batch, the outputs of one input after those of the other."""
    window: tuple[int, int]
    """First byte that the fabric may access, and first byte behind."""
    heard: Mapping[int, Heard]
    """What each EXEC frame of `infer` exposes, by the number of the frame."""
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
        """Memory before the first program runs, from address 0 to the window's end."""
        memory = np.zeros(self.window[1], np.uint8)
        programs = [Segment(p.address, p.data) for p in (self.setup, self.infer)]
        for part in (*self.segments, *programs):
            memory[part.address : part.address + len(part.data)] = np.frombuffer(
                part.data, np.uint8
            )
        return memory

    def pack(self, *xs: IntArray) -> Bytes:
        """Bytes [runs, input_bytes] of inputs [V, ...], as LOAD expects them, one batch a run.

        The last batch is filled up with inputs of zero points.
        """
        count = len(xs[0])
        found = np.zeros((-(-count // self.batch) * self.batch, self.input_step), np.uint8)
        for port, x in zip(self.inputs, xs, strict=True):
            flat = np.pad(x.reshape(count, -1), ((0, 0), (0, 1)), constant_values=port.fill)
            held = found[:, port.address : port.address + port.size]
            held[:count], held[count:] = flat[:, port.elements], port.fill % 256
        return found.reshape(len(found) // self.batch, self.input_bytes)

    def unpack(self, data: Bytes, count: int | None = None) -> dict[str, IntArray]:
        """The first `count` outputs [V, elements] by name, from bytes [runs, output_bytes]."""
        data = data.reshape(-1, self.output_step)[:count]
        found = {}
        for port in self.outputs:
            part = np.ascontiguousarray(data[:, port.address : port.address + port.size])
            values = np.zeros((len(data), port.count), np.int64)
            real = port.elements >= 0
            values[:, port.elements[real]] = part.view(port.dtype)[:, real]
            found[port.name] = values
        return found
