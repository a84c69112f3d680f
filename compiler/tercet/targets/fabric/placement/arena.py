"""Addresses in a bank for items that live during some steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tercet.targets.fabric.tiles.grid import up


@dataclass(frozen=True)
class Item:
    """`size` places of a bank, needed from step `begin` to step `end`, both included."""

    name: str
    size: int
    begin: int
    end: int


class Placed(Protocol):
    """Anything with a base and a size in a bank."""

    @property
    def base(self) -> int: ...

    @property
    def size(self) -> int: ...


def meet(a: Placed, b: Placed) -> bool:
    """Whether two things overlap in the bank."""
    return a.base < b.base + b.size and b.base < a.base + a.size


def place(items: Sequence[Item], depth: int, align: int) -> tuple[int, ...] | int:
    """First address of each item; or, if they do not fit, the depth that they need.

    The largest items are placed first, each at the lowest address that is free while it lives.
    """
    found = [0] * len(items)
    rank = {t: n for n, t in enumerate(sorted({t for i in items for t in (i.begin, i.end)}))}
    there: list[list[int]] = [[] for _ in rank]  # the placed items that live in each step
    for n in sorted(range(len(items)), key=lambda n: (-items[n].size, n)):
        item = items[n]
        life = there[rank[item.begin] : rank[item.end] + 1]
        others = {m for placed in life for m in placed}
        at = 0
        for low, high in sorted((found[m], found[m] + items[m].size) for m in others):
            if at + item.size <= low:
                break
            at = max(at, up(high, align))
        found[n] = at
        for placed in life:
            placed.append(n)
    needed = max((at + item.size for at, item in zip(found, items, strict=True)), default=0)
    return tuple(found) if needed <= depth else needed


def held(items: Sequence[Item]) -> dict[int, int]:
    """Total size of the items that live in each step; steps without items are left out."""
    moves: dict[int, int] = {}
    for item in items:
        moves[item.begin] = moves.get(item.begin, 0) + item.size
        moves[item.end + 1] = moves.get(item.end + 1, 0) - item.size
    found, now = {}, 0
    for step in sorted(moves):
        now += moves[step]
        found[step] = now
    return found
