"""Value by value: every tile works on the channels and positions that it holds."""

from collections.abc import Iterator, Sequence

import numpy as np

from tercet.fabric.frame import Kind
from tercet.ir.types import IntArray
from tercet.plan.code import Code, Lanes, Made, Pattern, Piece, placed, spans_of, spread
from tercet.plan.grid import Grid
from tercet.plan.layout import IncompatibleError, Layout
from tercet.plan.steps import Lookup, Vector


def turns_of(step: Vector, grid: Grid) -> IntArray:
    """Rows of the items [bands, repeats]."""
    return spread(len(step.items), grid.bands)


def spans(step: Vector, grid: Grid, operand: int) -> IntArray:
    """What each band reads of an operand [bands, 2]."""
    turns = turns_of(step, grid)
    items = step.items[turns]
    mine = (turns[..., None] >= 0) & (items[..., 0] == operand)
    return spans_of(np.where(mine, items[..., 1], -1))


def group_counts(step: Vector, grid: Grid, layouts: tuple[Layout, ...]) -> Iterator[int]:
    """How many channels follow one another as groups: all of a slice, or fewer with more lanes."""
    block = _block(step, grid, layouts)
    if _rolled(step, layouts):
        whole = step.columns is None
        yield from (
            g
            for g in range(block, 0, -1)
            if block % g == 0 or (whole and not _strays(step, layouts, block, g))
        )
    else:
        yield 1


def _strays(step: Vector, layouts: tuple[Layout, ...], block: int, groups: int) -> bool:
    """Whether what is too much of the last lane's groups is read outside of its operand.

    There others may write at the same time; beside a part, even within the larger tensor.
    """
    last = min((-(-block // groups) - 1) * groups, step.channels.shape[1] - 1)
    for i, layout in enumerate(layouts):
        channel = int(step.channels[i, last]) + groups - 1
        place = channel * layout.channel_step + (layout.span - 1) * layout.position_step
        if place >= layout.size or (layout.room is not None and channel >= layout.block):
            return True
    return False


def made_of(step: Vector, grid: Grid, layouts: tuple[Layout, ...], groups: int) -> Made:
    """What the step makes; the channels of a slice are lanes x groups."""
    block, turns = _block(step, grid, layouts), turns_of(step, grid)
    lanes, count = -(-block // groups), step.channels.shape[1]
    k, g, lane = np.ogrid[: grid.slices, :groups, :lanes]
    channels = k * block + lane * groups + g
    inside = (lane * groups + g < block) & (channels < count)
    channels = np.where(inside, channels, -1)
    if step.columns is not None:
        channels = np.where(inside, step.columns[channels], -1)
    if isinstance(step.closing, Lookup) and (channels < 0).any():
        # what a fabric ran before may lie there, beyond the table
        raise IncompatibleError("a table would be read where nobody has written")
    leaders = [[grid.tile(p, 0, k) for k in range(grid.slices)] for p in range(grid.bands)]
    return Made(
        grid,
        placed(turns, step.rows, lanes),
        channels,
        np.array(leaders),
        turns,
    )


def code_of(
    step: Vector, made: Made, layouts: tuple[Layout, ...], shown: Sequence[Sequence[Lanes]]
) -> Code:
    """The step; operands lie as `layouts` say, shown[r] are the lanes of repetition r's slots."""
    listed = _listed(step, made, layouts)
    unique: dict[Pattern, int] = {}
    picks = np.zeros(made.positions.shape[:2], np.int64)
    anchors = np.zeros(made.positions.shape[:2], np.int64)
    for p, row in enumerate(made.turns.tolist()):
        for r, turn in enumerate(row):
            places = _places(step, layouts, p, turn)
            anchors[p, r] = next((place for place in places if place is not None), 0)
            mine = [listed[i] for i in step.items[max(turn, 0), :, 0].tolist()]
            pattern = _pattern(places, int(anchors[p, r]), mine, shown[r])
            picks[p, r] = unique.setdefault(pattern, len(unique))
    return Code(
        kind=Kind.VECTOR,
        made=made,
        patterns=tuple(unique),
        picks=picks,
        anchors=anchors,
        act_base=layouts[0].base,
        act_group=layouts[0].channel_step if made.groups > 1 else 0,
    )


def _block(step: Vector, grid: Grid, layouts: tuple[Layout, ...]) -> int:
    """Channels of a slice."""
    if grid.slices == 1:
        return int(step.channels.shape[1])
    if step.columns is not None:
        raise IncompatibleError("a part of the channels in several slices")
    same = (step.channels == np.arange(step.result.channels)).all()
    if not same or not _rolled(step, layouts) or len({layout.block for layout in layouts}) > 1:
        raise IncompatibleError("channels of several slices are mixed")
    return layouts[0].block


def _rolled(step: Vector, layouts: tuple[Layout, ...]) -> bool:
    """Whether one step leads from channel to channel in all operands."""
    straight = (np.diff(step.channels, axis=1) == 1).all()
    return bool(straight) and len({layout.channel_step for layout in layouts}) == 1


def _listed(step: Vector, made: Made, layouts: tuple[Layout, ...]) -> list[IntArray]:
    """Of each operand, the address of every lane's channel in its first group."""
    lanes = np.arange(made.lanes) * made.groups
    lanes = np.minimum(lanes, step.channels.shape[1] - 1)
    return [step.channels[i, lanes] * layout.channel_step for i, layout in enumerate(layouts)]


def _places(step: Vector, layouts: tuple[Layout, ...], band: int, turn: int) -> list[int | None]:
    """The address of each item of a position, less the first operand's base; None for a zero."""
    if turn < 0:
        return [None] * step.items.shape[1]
    return [
        layouts[i].base
        - layouts[0].base
        + int(q - layouts[i].first[band]) * layouts[i].position_step
        if q >= 0
        else None
        for i, q in step.items[turn].tolist()
    ]


def _pattern(
    places: list[int | None],
    anchor: int,
    listed: list[IntArray],
    shown: Sequence[Lanes],
) -> Pattern:
    """The items of every lane that is shown, slot after slot; `listed` are each item's channels."""
    last = len(places) - 1
    return tuple(
        Piece(0, 0, 0, n == last)
        if place is None
        else Piece(place - anchor + int(listed[n][lane]), 0, 1, n == last)
        for first, behind in shown
        for lane in range(first, behind)
        for n, place in enumerate(places)
    )
