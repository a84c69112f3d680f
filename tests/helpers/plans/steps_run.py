"""Runs a `Network` element by element: nothing is shared with the operators' references."""

import numpy as np

from tercet.ir.types import IntArray
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.steps.closings import Greatest, Lookup, Rescale, Sums, Thresholds
from tercet.targets.fabric.steps.depthwise import Depthwise
from tercet.targets.fabric.steps.mac import Mac
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.steps.vector import Vector
from tercet.targets.fabric.tiles.tensor import Tensor

Memory = dict[int, IntArray]
"""Stored values [positions, channels] with their zero points, by the identity of the tensor."""
UNSET = -(1 << 40)


def run(network: Network, *inputs: IntArray) -> Memory:
    """Every tensor of one inference; inputs are flattened values of the graph."""
    memory: Memory = {}
    for tensor, x in zip(network.inputs, inputs, strict=True):
        memory[id(tensor)] = _entered(tensor, x.reshape(-1))
    for step in network.steps:
        result = memory.setdefault(
            id(step.result), np.full((step.result.positions, step.result.channels), UNSET)
        )
        rows = np.arange(step.result.positions) if step.rows is None else step.rows
        columns = np.arange(step.result.channels)
        if isinstance(step, Vector) and step.columns is not None:
            columns = step.columns
        made = results(step, memory, rows)
        assert made.shape == (len(rows), len(columns)), step.name
        for at, q in enumerate(rows.tolist()):
            for n, value in zip(columns.tolist(), made[at].tolist(), strict=True):
                assert result[q, n] == UNSET, f"{step.name}: two steps make one element"
                result[q, n] = value
    for step in network.steps:
        assert (memory[id(step.result)] != UNSET).all(), f"{step.name}: an element is not made"
    return memory


def value_of(stored: IntArray, order: IntArray, size: int) -> tuple[IntArray, IntArray]:
    """A value of the graph, flattened, and which of its elements the tensor has."""
    found, has = np.zeros(size, np.int64), np.zeros(size, bool)
    for place, value in zip(order.reshape(-1).tolist(), stored.reshape(-1).tolist(), strict=True):
        if place >= 0:
            assert not has[place], "two elements stand in one place"
            found[place], has[place] = value, True
    return found, has


def _entered(tensor: Tensor, x: IntArray) -> IntArray:
    stored = np.empty((tensor.positions, tensor.channels), np.int64)
    for p in range(tensor.positions):
        for c in range(tensor.channels):
            stored[p, c] = x[tensor.order[p, c]]
    return stored


def _held(memory: Memory, tensor: Tensor) -> IntArray:
    """Values less their zero point."""
    held = memory[id(tensor)] - tensor.zero_point
    assert held.min() >= -256, f"{tensor.name}: less than 9 bits hold"
    assert held.max() <= 255, f"{tensor.name}: more than 9 bits hold"
    return held


def results(step: Step, memory: Memory, rows: IntArray) -> IntArray:
    if isinstance(step, Vector):
        return np.stack([_vector(step, memory, at) for at in range(len(rows))])
    held = _held(memory, step.operands[0])
    if isinstance(step, Mac):
        sums = [_mac(step, held, at) for at in range(len(rows))]
    else:
        assert isinstance(step, Depthwise)
        sums = [_window(step, held, q) for q in rows.tolist()]
    return np.stack([_closed(step.closing, acc[:, None]) for acc in sums])


def _mac(step: Mac, held: IntArray, at: int) -> IntArray:
    """[N]: the sums of one position."""
    acc, each = step.bias.copy(), len(step.bias) // step.groups
    for t, position in enumerate(step.taps[at].tolist()):
        if position < 0:
            continue
        width = step.x.channels // step.groups
        for g in range(step.groups):
            outputs = slice(g * each, (g + 1) * each)
            x = held[position, g * width : (g + 1) * width]
            acc[outputs] += step.weights[t, outputs] @ x
    return acc


def _window(step: Depthwise, held: IntArray, q: int) -> IntArray:
    """[C]: the sums of one window."""
    window, acc = step.window, step.bias.copy()
    row, column = divmod(q, step.result.width)
    for i in range(window.kernel[0]):
        y = row * window.stride[0] + i * window.dilation[0] - window.first[0]
        for j in range(window.kernel[1]):
            x = column * window.stride[1] + j * window.dilation[1] - window.first[1]
            if 0 <= y < step.x.height and 0 <= x < step.x.width:
                acc += step.weights[:, i, j] * held[y * step.x.width + x]
    return acc


def _vector(step: Vector, memory: Memory, at: int) -> IntArray:
    """[N]: the results of one position."""
    items, zeros = [], []
    for operand, position in step.items[at].tolist():
        tensor, channels = step.operands[operand], step.channels[operand]
        held = _held(memory, tensor)[max(position, 0), channels]
        items.append(held if position >= 0 else 0 * held)
        zeros.append(tensor.zero_point)
    if step.product:
        assert len(items) == 2
        return _closed(step.closing, (items[0] * items[1])[:, None])
    if isinstance(step.closing, Greatest | Lookup):  # the fabric adds one zero point for the step
        assert len({tensor.zero_point for tensor in step.operands}) == 1, step.name
        items = [item + zero for item, zero in zip(items, zeros, strict=True)]
    return _closed(step.closing, np.stack(items, axis=-1))


def _closed(closing: Rescale | Thresholds | Lookup | Greatest | Sums, items: IntArray) -> IntArray:
    """[N] of items [N, I]."""
    if isinstance(closing, Rescale):
        value = (closing.mul * items).sum(1) + closing.add
        return np.clip(_rounded(value, closing.shift), closing.low, closing.high)
    if isinstance(closing, Greatest):
        return np.array([max(row) for row in items.tolist()])
    assert items.shape[1] == 1
    only = items[:, 0]
    if isinstance(closing, Sums):
        return only
    found = np.empty_like(only)
    for n, x in enumerate(only.tolist()):
        if isinstance(closing, Thresholds):
            steps = closing.steps[n % len(closing.steps)].tolist()
            assert steps == sorted(steps)
            found[n] = closing.low + sum(x >= step for step in steps)
        else:
            found[n] = closing.table[n % len(closing.table), x - closing.first]
    return found


def _rounded(value: IntArray, shift: IntArray) -> IntArray:
    """Value / 2^shift, to the nearest; of two, to the even one."""
    down = value >> shift
    rest = value - (down << shift)
    twice, unit = 2 * rest, np.int64(1) << np.broadcast_to(shift, value.shape)
    up: IntArray = down + ((twice > unit) | ((twice == unit) & (down % 2 == 1)))
    return up
