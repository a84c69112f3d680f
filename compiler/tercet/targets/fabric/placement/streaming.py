"""Addresses in a bank that cannot hold everything together: some stay, the others are streamed.

Streamed things lie in turn at the two ends of the room that is left, so that the next one is
loaded while this one is used. If two are too large for that, they overlap and the second waits.
"""

from collections.abc import Sequence
from itertools import pairwise

from tercet.targets.fabric.tiles.grid import up


def streamed(sizes: Sequence[int], depth: int) -> frozenset[int]:
    """Indices of the streamed things; the smallest stay, while the others can still be streamed."""
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
    """Room to stream a sequence, with the next thing loaded ahead if two fit the bank at all."""
    pairs = (a + b if a + b <= depth else max(a, b) for a, b in pairwise([*sizes, 0]))
    return max(pairs, default=0)


def bases(sizes: Sequence[int], depth: int, align: int) -> tuple[tuple[int, ...], frozenset[int]]:
    """First address of each thing of a sequence, and the indices of the streamed ones.

    Each thing alone fits the bank. Sizes are multiples of `align`.
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
