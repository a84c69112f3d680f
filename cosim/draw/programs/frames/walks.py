"""Walk tables of MAC frames: segments of any length and alignment, planes, sums across lists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from draw.programs.frames.blocks import Stretch
from draw.programs.frames.numbers import Rng, Term, between, chance, fit, signed, spread, step
from tercet.ir.types import IntArray
from tercet.targets.fabric.format.tables import Run, Segment, wrap

MOST_ACT = 255
"""Largest magnitude of an activation."""


@dataclass(frozen=True)
class Reading:
    """What a frame says of reading, the same for all tiles."""

    groups: int
    act_base: int
    act_group: int
    column_base: int
    col_group: int
    low: int
    """Activations from here up to but without `high`, and so many columns, may be read."""
    high: int
    columns: int

    def act_terms(self, run: Run) -> list[Term]:
        return [(signed(run.step), run.repeats), (signed(self.act_group), self.groups)]

    def column_terms(self) -> list[Term]:
        return [(signed(self.col_group), self.groups)]


def reading(rng: Rng, groups: int, acts: range, depth: int, columns: int) -> Reading:
    """Bases and steps for a frame that reads `acts` of `depth` activations."""
    return Reading(
        groups=groups,
        act_base=between(rng, 0, depth - 1),
        act_group=wrap(step(rng, groups, len(acts) // 4)),
        column_base=between(rng, 0, columns - 1),
        col_group=wrap(step(rng, groups, columns // 2)),
        low=acts.start,
        high=acts.stop,
        columns=columns,
    )


def mac_walk(
    rng: Rng, reads: Reading, passes: int | None, most: int, carried: int
) -> tuple[tuple[Stretch, ...], int]:
    """A tile's walk that ends so many passes a group; None: a chain, which ends none.

    No sum leaves -most..most, where one of up to `carried` is in the lanes already. Returns what
    then is in the lanes, too.
    """
    longest, planes = min(40, (reads.high - reads.low) // 4), 0.15
    while True:
        stretches = _stretches(rng, reads, passes, longest, planes)
        peak, left = _peak(stretches, reads.groups, carried)
        if peak <= most:
            return stretches, left
        longest, planes = max(1, longest // 2), planes / 2


def visits(reads: Reading, stretches: Sequence[Stretch]) -> Iterator[tuple[IntArray, IntArray]]:
    """Activations and columns of every segment, in all repetitions and groups."""
    for stretch in stretches:
        for segment in stretch.entries:
            assert isinstance(segment, Segment)
            along: Term = (1, max(segment.length, 1))
            act = reads.act_base + stretch.run.start + segment.act
            column = reads.column_base + segment.column
            yield (
                (act + spread([*reads.act_terms(stretch.run), along])) & 0xFFFF,
                (column + spread([*reads.column_terms(), along])) & 0xFFFF,
            )


def _plan(rng: Rng, passes: int | None) -> list[tuple[int, int, bool]]:
    """Repetitions, ends of a list, and whether the list is the last: passes in all."""
    if passes is None:
        return [(between(rng, 1, 3), 0, False) for _ in range(between(rng, 1, 3))]
    parts: list[tuple[int, int, bool]] = []
    left = passes
    while left:
        if chance(rng, 0.25):
            parts.append((between(rng, 1, 3), 0, False))
        repeats = between(rng, 1, min(left, 4))
        ends = between(rng, 1, min(left // repeats, 3))
        left -= repeats * ends
        parts.append((repeats, ends, left == 0))
    return parts


def _stretches(
    rng: Rng, reads: Reading, passes: int | None, longest: int, planes: float
) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    for repeats, ends, last in _plan(rng, passes):
        again = [each for each in found if _may_serve(each, repeats, ends)]
        if again and chance(rng, 0.5):
            found.append(Stretch(replace(again[0].run, repeats=repeats), again[0].entries))
        else:
            found.append(_stretch(rng, reads, repeats, ends, longest, planes, last=last))
    return tuple(found)


def _may_serve(stretch: Stretch, repeats: int, ends: int) -> bool:
    """The list of a RUN may be another one's, too, even the last one's."""
    flags = [segment.end for segment in stretch.entries if isinstance(segment, Segment)]
    return stretch.run.repeats >= repeats and sum(flags) == ends and flags[-1] == 1


def _stretch(
    rng: Rng, reads: Reading, repeats: int, ends: int, longest: int, planes: float, *, last: bool
) -> Stretch:
    room = (reads.high - reads.low) // 4
    run = Run(start=between(rng, 0, 0xFFFF), step=wrap(step(rng, repeats, room)), repeats=repeats)
    count = ends + between(rng, 0, 3) or 1
    closing = rng.permutation(count - last)[: ends - last].tolist() + [count - 1] * last
    blank = Segment()
    return Stretch(
        run,
        tuple(
            replace(
                _segment(rng, reads, run, longest, blank),
                end=int(i in closing),
                triple=int(chance(rng, planes)),
            )
            for i in range(count)
        ),
    )


def _segment(rng: Rng, reads: Reading, run: Run, longest: int, blank: Segment) -> Segment:
    kind = rng.random()
    length = 0 if kind < 0.1 else between(rng, 1, min(8 if kind < 0.5 else longest, longest))
    along: Term = (1, max(length, 1))
    act = fit(rng, reads.low, reads.high, [*reads.act_terms(run), along])
    column = fit(rng, 0, reads.columns, [*reads.column_terms(), along])
    return replace(
        blank,
        act=wrap(act - reads.act_base - run.start),
        column=wrap(column - reads.column_base),
        length=length,
    )


def _peak(stretches: Sequence[Stretch], groups: int, carried: int) -> tuple[int, int]:
    """Largest magnitude a sum may have on the way, and at the end."""
    peak = bound = carried
    for stretch in stretches:
        for _ in range(stretch.run.repeats * groups):
            for segment in stretch.entries:
                assert isinstance(segment, Segment)
                bound = (3 if segment.triple else 1) * bound + MOST_ACT * segment.length
                peak = max(peak, bound)
                bound = 0 if segment.end else bound
    return peak, bound
