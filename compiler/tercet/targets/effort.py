"""How hard the planner looks for the fewest cycles, and whom it tells what it is at.

Nothing here depends on a clock: the same network always gets the same plan.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tercet.errors import UsageError

Tell = Callable[[str], None]
"""Is told what is being done, whenever that is something else."""


@dataclass(frozen=True)
class Effort:
    """Bounds of the search."""

    name: str
    starts: int
    """From how many starts the search sweeps."""
    sweeps: int
    """How often it goes through the network from each."""
    best: int
    """How many of a step's grids the cycle model tries; 0: the formula decides alone."""
    cycles: int
    """Of a longer EXEC the cycle model runs some groups, and the others are taken to be alike."""


EFFORTS = {
    effort.name: effort
    for effort in (
        Effort("low", starts=2, sweeps=1, best=0, cycles=1 << 12),
        Effort("normal", starts=4, sweeps=2, best=3, cycles=1 << 15),
        Effort("high", starts=4, sweeps=4, best=8, cycles=1 << 62),
    )
}


def effort_of(name: str) -> Effort:
    """The effort of a name. Raises UsageError."""
    if name not in EFFORTS:
        raise UsageError(f"there is no effort {name!r}; there are {', '.join(EFFORTS)}")
    return EFFORTS[name]


def silent(what: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Asked:
    """How a plan is to be made."""

    effort: Effort = EFFORTS["normal"]
    tell: Tell = silent


USUAL = Asked()
