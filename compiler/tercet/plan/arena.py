"""Places in a bank for things that live for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tercet.plan.grid import up


@dataclass(frozen=True)
class Item:
    """So much room, from step `begin` to step `end`, both included."""

    name: str
    size: int
    begin: int
    end: int


class Placed(Protocol):
    """Something with its place in a bank."""

    @property
    def base(self) -> int: ...

    @property
    def size(self) -> int: ...


def meet(a: Placed, b: Placed) -> bool:
    """Whether two things have some place in common."""
    return a.base < b.base + b.size and b.base < a.base + a.size


def place(items: Sequence[Item], depth: int, align: int) -> tuple[int, ...] | int:
    """First address of each item; or, where they do not fit, the room that they need.

    The largest first, each at the lowest address that is free while it lives.
    """
    found = [0] * len(items)
    done: list[int] = []
    for n in sorted(range(len(items)), key=lambda n: (-items[n].size, n)):
        taken = sorted(
            (found[m], found[m] + items[m].size)
            for m in done
            if items[m].begin <= items[n].end and items[n].begin <= items[m].end
        )
        at = 0
        for low, high in taken:
            if at + items[n].size <= low:
                break
            at = max(at, up(high, align))
        found[n] = at
        done.append(n)
    needed = max((at + item.size for at, item in zip(found, items, strict=True)), default=0)
    return tuple(found) if needed <= depth else needed
