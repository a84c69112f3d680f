"""Tensors that do not fit the tiles go to memory, and steps that do not fit run piece by piece.

A piece makes some rows of a step's result; it brings the rows of its operands that it reads, with
the halo, and stores what it makes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from tercet.ir.types import IntArray
from tercet.plan.assign import operands_of
from tercet.plan.code import spans_of
from tercet.plan.steps import Depthwise, Mac, Network, Part, Step, Tensor, Vector


@dataclass(frozen=True)
class Spill:
    """What lies in memory, and in how many pieces steps run."""

    tensors: frozenset[Tensor] = frozenset()
    pieces: tuple[tuple[Step, int], ...] = ()

    def count(self, step: Step) -> int:
        return dict(self.pieces).get(step, 1)

    def more(self, tensors: frozenset[Tensor], step: Step | None) -> "Spill":
        """With more in memory, and a step in twice as many pieces."""
        pieces = dict(self.pieces)
        if step is not None:
            pieces[step] = 2 * self.count(step)
        return Spill(self.tensors | tensors, tuple(pieces.items()))


def spilled(network: Network, spill: Spill) -> tuple[Network, Mapping[Step, Step]]:
    """The network in pieces, and the step that each piece is of."""
    loaded: dict[Tensor, Part] = {}
    stored: dict[Tensor, Part] = {}
    whole: dict[Step, Step] = {}
    for step in network.steps:
        for rows in _pieces(step, spill.count(step)):
            piece = step if rows is None else _cut(step, rows, spill)
            operands = tuple(
                _brought(x, span, loaded) if x in spill.tensors else (x, 0)
                for x, span in zip(operands_of(step), _reads(piece), strict=True)
            )
            piece = _moved(piece, operands)
            if step.result in spill.tensors:
                part = Part(step.result, 0 if rows is None else int(rows[0]))
                piece = _kept(piece, stored, part)
            whole[piece] = step
    return replace(network, steps=tuple(whole), loaded=loaded, stored=stored), whole


def can_be_cut(step: Step) -> bool:
    """Whether a step makes its whole result, row by row."""
    return step.rows is None and not (isinstance(step, Vector) and step.columns is not None)


def _pieces(step: Step, count: int) -> list[IntArray | None]:
    """Rows of the result (of positions, or of the image's rows) that each piece makes."""
    if count == 1:
        return [None]
    result = step.result
    unit = result.width if isinstance(step, Depthwise) and result.height > 1 else 1
    rows = result.positions // unit
    parts = np.array_split(np.arange(rows), min(count, rows))
    return [np.arange(part[0] * unit, (part[-1] + 1) * unit) for part in parts if len(part)]


def _cut(step: Step, rows: IntArray, spill: Spill) -> Step:
    """The step for some rows of the result alone; its operands are still whole."""
    result = _part_of(step.result, int(rows[0]), int(rows[-1]) + 1, step.result.width)
    if isinstance(step, Mac):
        return replace(step, taps=step.taps[rows], result=result)
    if isinstance(step, Vector):
        return replace(step, items=step.items[rows], result=result)
    flat = step.result.height == 1
    y, x = (0, int(rows[0])) if flat else (int(rows[0]) // step.result.width, 0)
    window = step.window
    first = (window.first[0] - y * window.stride[0], window.first[1] - x * window.stride[1])
    return replace(step, window=replace(window, first=first), result=result)


def _part_of(tensor: Tensor, first: int, behind: int, width: int) -> Tensor:
    """Positions of a tensor as one of its own: whole rows of `width` where it has them."""
    count = behind - first
    height = (
        count // width if tensor.height > 1 and count % width == 0 and first % width == 0 else 1
    )
    order = tensor.order[first:behind]
    return replace(tensor, height=height, width=count // height, order=order)


def _reads(step: Step) -> list[tuple[int, int]]:
    """Positions of each operand that a step reads: first, and behind the last."""
    if isinstance(step, Mac):
        return _span(step.taps)
    if isinstance(step, Vector):
        return [
            _span(np.where(step.items[..., 0] == i, step.items[..., 1], -1))[0]
            for i in range(len(step.operands))
        ]
    window, x = step.window, step.x
    (kh, kw), (sy, sx), (dy, dx) = window.kernel, window.stride, window.dilation
    if x.height == 1:
        low = max(0, -window.first[1])
        high = min(x.width, (step.result.width - 1) * sx - window.first[1] + (kw - 1) * dx + 1)
        return [(low, max(low, high))]
    low = max(0, -window.first[0])
    high = min(x.height, (step.result.height - 1) * sy - window.first[0] + (kh - 1) * dy + 1)
    return [(low * x.width, max(low, high) * x.width)]


def _span(read: IntArray) -> list[tuple[int, int]]:
    first, behind = spans_of(read[None])[0].tolist()
    return [(first, behind)]


def _brought(x: Tensor, span: tuple[int, int], loaded: dict[Tensor, Part]) -> tuple[Tensor, int]:
    """A tensor of its own for what comes from memory."""
    part = _part_of(x, span[0], max(span[1], span[0] + 1), x.width)
    loaded[part] = Part(x, span[0])
    return part, span[0]


def _moved(step: Step, operands: tuple[tuple[Tensor, int], ...]) -> Step:
    """The step with other operands, whose positions begin later."""
    if isinstance(step, Mac):
        ((x, first),) = operands
        return replace(step, x=x, taps=np.where(step.taps >= 0, step.taps - first, -1))
    if isinstance(step, Vector):
        begins = np.array([first for _, first in operands])[step.items[..., 0]]
        positions = np.where(step.items[..., 1] >= 0, step.items[..., 1] - begins, -1)
        items = np.stack([step.items[..., 0], positions], -1)
        return replace(step, operands=tuple(x for x, _ in operands), items=items)
    ((x, first),) = operands
    down, right = (0, first) if step.x.height == 1 else (first // step.x.width, 0)
    window = step.window
    begin = (window.first[0] + down, window.first[1] + right)
    return replace(step, x=x, window=replace(window, first=begin))


def _kept(step: Step, stored: dict[Tensor, Part], part: Part) -> Step:
    """The step with a result of its own, which is stored."""
    result = replace(step.result)
    stored[result] = part
    return replace(step, result=result)
