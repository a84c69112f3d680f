"""A step in pieces: each makes some rows of the result, from the rows of the operands it reads."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np

from tercet.ir.types import IntArray
from tercet.plan.assign import operands_of
from tercet.plan.code import spans_of
from tercet.plan.steps import Depthwise, Mac, Step, Tensor, Vector


@dataclass(frozen=True, eq=False)
class Piece:
    """Some rows of a step, and where what it reads and makes stands in the whole tensors."""

    step: Step
    begins: tuple[int | None, ...]
    """First position of each operand's part; None: it reads the whole operand."""
    first: int
    """First position of the result."""
    key: Hashable
    """The same for pieces of a step that are alike but for where they begin."""


def can_be_cut(step: Step) -> bool:
    """Whether a step makes its whole result, row by row."""
    return step.rows is None and not (isinstance(step, Vector) and step.columns is not None)


def most_pieces(step: Step) -> int:
    """As many as there are positions that can be made alone."""
    result = step.result
    return result.height if _whole_rows(step) else result.positions


def least_read(step: Step) -> int:
    """Positions of an operand that a band holds at least: all from a window's first to its last."""
    if isinstance(step, Depthwise):
        (kernel, _), (dilation, _) = step.window.kernel, step.window.dilation
        rows = min(step.x.height, (kernel - 1) * dilation + 1)
        return 1 if step.x.height == 1 else (rows - 1) * step.x.width + 1
    read = step.taps if isinstance(step, Mac) else step.items[..., 1]
    spans = spans_of(read)
    return int((spans[:, 1] - spans[:, 0]).max(initial=0))


def cut(step: Step, count: int, brought: tuple[bool, ...]) -> tuple[Piece, ...]:
    """The step in about so many pieces; those operands that are `brought` become parts."""
    return tuple(_piece(step, rows, brought) for rows in _rows(step.result, count, step))


def _whole_rows(step: Step) -> bool:
    return isinstance(step, Depthwise) and step.result.height > 1


def _rows(result: Tensor, count: int, step: Step) -> Iterator[range]:
    """The positions that each piece makes: rows of an image as long as there are enough of them.

    Then parts of rows, every row in the same ones: so most pieces are alike.
    """
    if count == 1:
        yield range(result.positions)
        return
    width, rows = (1, result.positions) if result.height == 1 else (result.width, result.height)
    if count <= rows or _whole_rows(step):
        for part in np.array_split(np.arange(rows), min(count, rows)):
            yield range(int(part[0]) * width, (int(part[-1]) + 1) * width)
        return
    columns = np.array_split(np.arange(width), min(-(-count // rows), width))
    for row in range(rows):
        for part in columns:
            yield range(row * width + int(part[0]), row * width + int(part[-1]) + 1)


def _piece(step: Step, rows: range, brought: tuple[bool, ...]) -> Piece:
    piece = step if len(rows) == step.result.positions else _cut(step, rows)
    spans = [span if moved else None for span, moved in zip(_reads(piece), brought, strict=True)]
    operands = tuple(
        x if span is None else _part_of(x, span[0], max(span[1], span[0] + 1), x.width)
        for x, span in zip(operands_of(piece), spans, strict=True)
    )
    begins = tuple(None if span is None else span[0] for span in spans)
    if any(brought):
        piece = _moved(piece, operands, tuple(begin or 0 for begin in begins))
    alone = None if all(brought) else rows.start  # it reads what others read elsewhere
    return Piece(piece, begins, rows.start, (_key(piece), alone))


def _key(piece: Step) -> Hashable:
    """What tells pieces of a step apart, but for the tensors' elements."""
    sizes = tuple((x.height, x.width) for x in (*operands_of(piece), piece.result))
    if isinstance(piece, Depthwise):
        return sizes, piece.window
    table = piece.taps if isinstance(piece, Mac) else piece.items
    return sizes, table.shape, sha256(np.ascontiguousarray(table).tobytes()).digest()


def _cut(step: Step, rows: range) -> Step:
    """The step for some rows of the result alone; its operands are still whole."""
    result = _part_of(step.result, rows.start, rows.stop, step.result.width)
    if isinstance(step, Mac):
        return replace(step, taps=step.taps[rows.start : rows.stop], result=result)
    if isinstance(step, Vector):
        return replace(step, items=step.items[rows.start : rows.stop], result=result)
    flat = step.result.height == 1
    y, x = (0, rows.start) if flat else (rows.start // step.result.width, 0)
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


def _moved(step: Step, operands: tuple[Tensor, ...], begins: tuple[int, ...]) -> Step:
    """The step with other operands, whose positions begin later."""
    if isinstance(step, Mac):
        (x,), (first,) = operands, begins
        return replace(step, x=x, taps=np.where(step.taps >= 0, step.taps - first, -1))
    if isinstance(step, Vector):
        ahead = np.array(begins)[step.items[..., 0]]
        positions = np.where(step.items[..., 1] >= 0, step.items[..., 1] - ahead, -1)
        items = np.stack([step.items[..., 0], positions], -1)
        return replace(step, operands=operands, items=items)
    (x,), (first,) = operands, begins
    down, right = (0, first) if step.x.height == 1 else (first // step.x.width, 0)
    window = step.window
    begin = (window.first[0] + down, window.first[1] + right)
    return replace(step, x=x, window=replace(window, first=begin))
