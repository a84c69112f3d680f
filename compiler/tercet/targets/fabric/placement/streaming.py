"""Things that a bank cannot hold together: some stay, the others come and go, one ahead.

What comes and goes lies at the two ends of the room that is left, in turn, so that the next thing
comes while this one is used. Two that are too large for that overlap, and the second one waits.
"""

from collections.abc import Sequence
from itertools import pairwise

from tercet.targets.fabric.tiles.grid import up


def streamed(sizes: Sequence[int], depth: int) -> frozenset[int]:
    """Those of a sequence that do not stay: the smallest stay, next to any two that come and go."""
    if sum(sizes) <= depth:
        return frozenset()
    moving, held = set(range(len(sizes))), 0
    for n in sorted(moving, key=lambda n: (sizes[n], n)):
        held += sizes[n]
        if held + _room([sizes[m] for m in sorted(moving - {n})], depth) > depth:
            break
        moving -= {n}
    return frozenset(moving)


def _room(sizes: Sequence[int], depth: int) -> int:
    """What a sequence needs to come and go, one ahead where that is possible at all."""
    pairs = (a + b if a + b <= depth else max(a, b) for a, b in pairwise([*sizes, 0]))
    return max(pairs, default=0)


def bases(sizes: Sequence[int], depth: int, align: int) -> tuple[tuple[int, ...], frozenset[int]]:
    """First address of each thing of a sequence, and those that do not stay.

    Each has to fit alone. Sizes are multiples of `align`.
    """
    assert all(size <= depth for size in sizes)
    moving, at, turn = streamed(sizes, depth), 0, 0
    found = [0] * len(sizes)
    for n, size in enumerate(sizes):
        if n not in moving:
            found[n], at = at, up(at + size, align)
    for n in sorted(moving):
        found[n] = (depth - sizes[n]) // align * align if turn else at
        turn = 1 - turn
    return tuple(found), moving
