"""Bounds of the planner's search for the fewest cycles, and its progress messages.

No bound depends on a clock: the same network always gets the same plan.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tercet.errors import UsageError

Tell = Callable[[str], None]
"""Called with what the planner is doing, whenever that changes."""


@dataclass(frozen=True)
class Effort:
    """Bounds of the search."""

    name: str
    starts: int
    """The number of starts from which the search sweeps."""
    sweeps: int
    """The most sweeps over the network from each start."""
    best: int
    """Grids of a step that the cycle model tries; 0: only the formula is used."""
    cycles: int
    """Cycles of an EXEC that the cycle model runs; it extrapolates longer ones from some groups."""


EFFORTS = {
    effort.name: effort
    for effort in (
        Effort("low", starts=2, sweeps=1, best=0, cycles=1 << 12),
        Effort("normal", starts=4, sweeps=2, best=3, cycles=1 << 15),
        Effort("high", starts=4, sweeps=4, best=8, cycles=1 << 62),
    )
}


def effort_of(name: str) -> Effort:
    """The effort with this name. Raises UsageError."""
    if name not in EFFORTS:
        raise UsageError(f"there is no effort {name!r}; there are {', '.join(EFFORTS)}")
    return EFFORTS[name]


def silent(what: str) -> None:
    """Drop the message."""


@dataclass(frozen=True)
class Asked:
    """Effort and progress messages that the user asked of the planner."""

    effort: Effort = EFFORTS["normal"]
    tell: Tell = silent


USUAL = Asked()
