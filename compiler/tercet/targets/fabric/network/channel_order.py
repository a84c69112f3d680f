"""An order of channels that gives every slice of a tensor about the same work.

A slice holds consecutive channels, and the tile with the most columns decides how long a pass
takes. In natural order the dark rows of an image would lie in one slice and the bright rows in
another. The order of channels is free, because the host packs an input in any order and a step
writes a result in any order. So channels of tensors that only products read are dealt out:
neighbouring pixels of an image go to different slices, and inside a network channels with the
same number of columns do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isqrt

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.format.spec import MAX_TILES, FabricSpec
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.tensor import Tensor

SLANT = 5
"""Slices from a pixel to the one below it: like a knight's move, so strokes cross all slices."""


def interleaved(network: Network, spec: FabricSpec) -> Network:
    """The network with the channels of its tensors in an order that spreads the work."""
    orders = {x: _order(x, readers, network, spec) for x, readers in _free(network)}
    moved = {x: replace(x, order=x.order[:, order]) for x, order in orders.items()}
    return replace(
        network,
        inputs=tuple(moved.get(x, x) for x in network.inputs),
        steps=tuple(step.reordered(orders, moved) for step in network.steps),
    )


def _free(network: Network) -> Iterator[tuple[Tensor, list[Step]]]:
    """Tensors that only products over all channels make and read, each with its readers."""
    shared = {*network.inside, *(place.whole for place in network.inside.values())}
    for x in (*network.inputs, *dict.fromkeys(step.result for step in network.steps)):
        makers = [step for step in network.steps if step.result is x]
        readers = [step for step in network.steps if x in step.operands]
        products = [s for s in (*makers, *readers) if s.free_channels]
        if x in shared:
            continue
        if readers and len(products) == len(makers) + len(readers) and x not in network.outputs:
            yield x, [step for step in products if x in step.operands]


def _order(x: Tensor, readers: Sequence[Step], network: Network, spec: FabricSpec) -> IntArray:
    """Channels of `x` in their new order.

    Channels are sorted by the reversed bits of a key. So channels whose keys differ in the lowest
    bits go to different slices, whatever the number of slices.
    """
    if x in network.inputs:
        row, column = np.divmod(np.arange(x.channels), _width(x.channels))
        return np.argsort(_reversed(column + SLANT * row), kind="stable")
    columns = sum((step.channel_work(spec.lanes) for step in readers), np.zeros(1, np.int64))
    costly = np.argsort(-columns, kind="stable")
    return costly[np.argsort(_reversed(np.arange(x.channels)), kind="stable")]


def _width(size: int) -> int:
    """Guessed width of an image with so many elements; a wrong guess costs only cycles."""
    for colours in (1, 3):
        width = isqrt(size // colours)
        if colours * width**2 == size:
            return width
    return isqrt(size)


def _reversed(key: IntArray) -> IntArray:
    bits = (MAX_TILES - 1).bit_length()
    return sum(((key >> n & 1) << (bits - 1 - n) for n in range(bits)), np.zeros(1, np.int64))
