"""Inputs and outputs of a network as they lie in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tercet.ir.interval import is_signed
from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Load
from tercet.targets.fabric.format.spec import BUS_BYTES, FabricSpec
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.placement.loads import input_loads
from tercet.targets.fabric.program.plan import Port
from tercet.targets.fabric.stages.assign import memory_pitch
from tercet.targets.fabric.stages.stage import Stage, is_wide, result_bytes
from tercet.targets.fabric.tiles.grid import up
from tercet.targets.fabric.tiles.layout import Layout
from tercet.targets.fabric.tiles.tensor import Tensor


@dataclass(frozen=True, eq=False)
class Entry:
    """An input and the LOADs of all of it; no LOADs if the pieces of its reader load it."""

    port: Port
    tensor: Tensor
    loads: tuple[Load, ...]
    parted: bool = False
    """Whether it has two LOADs, each for an EXEC of its own."""


def entries(
    network: Network, layouts: Mapping[Tensor, Layout], cuts: Mapping[Tensor, int], spec: FabricSpec
) -> Iterator[Entry]:
    """The inputs, one after the other from address 0; one in `cuts` is loaded in two parts."""
    pieces = {part.source for part in network.loaded.values()}
    at = 0
    for tensor in network.inputs:
        loads, elements = [], []
        begin = at
        if tensor in pieces:
            elements.append(in_memory(tensor, tensor.order))
            at += len(elements[0])
        elif tensor in layouts:
            for load, brought in input_loads(layouts[tensor], spec, cuts.get(tensor, 0)):
                loads.append(replace(load, address=at))
                elements.append(brought)
                at += len(brought)
        held = np.concatenate(elements) if elements else np.zeros(0, np.int64)
        count, signed = int(tensor.order.max()) + 1, is_signed(tensor.element)
        flat = np.where(held < 0, count, held)
        port = Port(tensor.name, begin, "i1" if signed else "u1", flat, count, tensor.zero_point)
        yield Entry(port, tensor, tuple(loads), tensor in cuts)


def in_memory(tensor: Tensor, order: IntArray) -> IntArray:
    """Element at each byte of a tensor in memory; -1: no element."""
    found = np.full((tensor.positions, memory_pitch(tensor)), -1, np.int64)
    found[:, : tensor.channels] = order
    return found.reshape(-1)


def exits(
    network: Network, names: Sequence[str], stages: Sequence[Stage], outs: Sequence[int], words: int
) -> tuple[Port, ...]:
    """The outputs: those that STORE writes from bank C, then those that exports have stored."""
    made = {stage.shape.step.result: n for n, stage in enumerate(stages) if stage.shape.is_output}
    found, behind = [], words * BUS_BYTES
    for tensor, name, order in zip(network.outputs, names, network.output_orders, strict=True):
        count = int(order.max()) + 1
        narrow = "i1" if is_signed(tensor.element) else "u1"
        if tensor not in made:
            elements = in_memory(tensor, order)
            found.append(Port(name, behind, narrow, elements, count, 0))
            behind += up(len(elements), BUS_BYTES)
            continue
        shape = stages[made[tensor]].shape
        wide = is_wide(shape.step)
        held = np.full((tensor.positions, shape.pitch), -1, np.int64)
        held[:, : tensor.channels] = order
        at = outs[made[tensor]] * result_bytes(shape.step)
        found.append(Port(name, at, "<i4" if wide else narrow, held.reshape(-1), count, 0))
    return tuple(found)
