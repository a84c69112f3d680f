"""Which channels stand next to each other: so dealt that every slice of a tensor has as much to do.

A slice holds channels in a row, and the tile with most columns decides how long a pass takes. The
dark rows of an image would all lie in one slice, the bright ones in another. But the order of
channels is free: the host packs an input in any, and whoever makes a tensor writes anywhere. So the
channels of what only products read are dealt out: neighbours of an image, in both directions, go to
different slices, and inside a network those that cost as many columns do.
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
"""Slices that an image's next row is ahead: with a knight's move, strokes cross them all."""


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
    """Tensors whose makers and readers are products over all channels, with the readers."""
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
    """Channels in their new order.

    The key's lowest bits tell apart what goes to different slices, whatever the number of these:
    they are blocks of what is sorted by the bits in reverse.
    """
    if x in network.inputs:
        row, column = np.divmod(np.arange(x.channels), _width(x.channels))
        return np.argsort(_reversed(column + SLANT * row), kind="stable")
    columns = sum((step.channel_work(spec.lanes) for step in readers), np.zeros(1, np.int64))
    costly = np.argsort(-columns, kind="stable")
    return costly[np.argsort(_reversed(np.arange(x.channels)), kind="stable")]


def _width(size: int) -> int:
    """Of the image that a vector of such a size may be; a wrong guess costs cycles, no more."""
    for colours in (1, 3):
        width = isqrt(size // colours)
        if colours * width**2 == size:
            return width
    return isqrt(size)


def _reversed(key: IntArray) -> IntArray:
    bits = (MAX_TILES - 1).bit_length()
    return sum(((key >> n & 1) << (bits - 1 - n) for n in range(bits)), np.zeros(1, np.int64))
