"""How a value of the graph is stored: the place of each position and channel in it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from math import prod

import numpy as np
from xdsl.ir import Operation, SSAValue

from tercet.ir.families.movement import MovementOp
from tercet.ir.families.quantized import QuantizedOp
from tercet.ir.types import IntArray, shape_of
from tercet.ops.concat import Concat
from tercet.ops.conv import Conv
from tercet.ops.conv_transpose import ConvTranspose
from tercet.ops.gather import Gather
from tercet.ops.linear import Linear
from tercet.ops.max_pool import MaxPool
from tercet.ops.sum_pool import SumPool


@dataclass(frozen=True, eq=False)
class Layout:
    """Height, width, and `order` [positions, channels]: the index of each in the flat value."""

    height: int
    width: int
    order: IntArray

    @property
    def key(self) -> tuple[int, int, tuple[int, ...], bytes]:
        """A key that is equal for layouts with every element in the same place."""
        order = np.ascontiguousarray(self.order, np.int64)
        return self.height, self.width, order.shape, sha256(order.tobytes()).digest()


def natural(shape: tuple[int, ...]) -> Layout:
    """Layout of a value (batch, channels, [height,] width)."""
    channels, *spatial = shape[1:] or (1,)
    height, width = (spatial[0], prod(spatial[1:])) if len(spatial) > 1 else (1, prod(spatial))
    order = np.arange(prod(shape)).reshape(channels, height * width)
    return Layout(height, width, np.ascontiguousarray(order.T))


def rows_of(shape: tuple[int, ...]) -> Layout:
    """Layout of a value (batch, .., channels)."""
    *outer, channels = shape[1:] or (1,)
    height, width = (outer[0], prod(outer[1:])) if len(outer) > 1 else (1, prod(outer))
    return Layout(height, width, np.arange(prod(shape)).reshape(-1, channels))


def points(shape: tuple[int, ...]) -> Layout:
    """Layout in which every element is a position of one channel."""
    size = prod(shape)
    return Layout(1, size, np.arange(size)[:, None])


def preferred(value: SSAValue) -> Layout:
    """The layout that most of the value's readers take without a copy; else the natural one."""
    shape = shape_of(value)
    size = prod(shape)
    found = list(_read(value, np.arange(size).reshape(shape), size))
    if not found:
        return natural(shape)
    keys = [one.key for one in found]
    return found[keys.index(Counter(keys).most_common(1)[0][0])]


def _read(value: SSAValue, cells: IntArray, size: int) -> Iterator[Layout]:
    """Layouts of `size` elements that readers of `value` want, which shows `cells` of them."""
    for use in value.uses:
        op = use.operation
        if isinstance(op, MovementOp) and not isinstance(op, Concat):
            yield from _read(op.y, op.moved(cells), size)
        elif isinstance(op, QuantizedOp):
            yield from _read(op.y, cells, size)
        elif type(op) in _READERS:
            found = _pulled(_READERS[type(op)](cells.shape), cells, size)
            if found is not None:
                yield found


_READERS: dict[type[Operation], Callable[[tuple[int, ...]], Layout]] = {
    Linear: rows_of,
    Gather: points,
    Conv: natural,
    ConvTranspose: natural,
    MaxPool: natural,
    SumPool: natural,
}


def _pulled(layout: Layout, cells: IntArray, size: int) -> Layout | None:
    """The layout of the elements that `cells` shows, if each is shown once."""
    order = cells.reshape(-1)[layout.order]
    whole = np.array_equal(np.sort(order.reshape(-1)), np.arange(size))
    return Layout(layout.height, layout.width, order) if whole else None
