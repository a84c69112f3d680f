"""The profile of one inference, frame by frame, from the cycle model or the fabric's records."""

from dataclasses import dataclass, field
from typing import Literal

Engine = Literal["LOAD", "EXEC", "STORE"]
ENGINES: tuple[Engine, ...] = ("LOAD", "EXEC", "STORE")


@dataclass(frozen=True)
class Step:
    """A layer of the plan."""

    name: str
    kind: str
    """mac, depthwise or vector."""
    grid: str
    """Tp x Tk x To."""


@dataclass(frozen=True)
class Issue:
    """What a tile did in a frame."""

    tile: int
    first: int
    """Cycle of the program in which it issues its first column, or item."""
    last: int
    columns: int
    issued: int


@dataclass(frozen=True)
class Frame:
    """A frame of the program."""

    number: int
    engine: Engine
    what: str
    """The bank that a LOAD fills, what an EXEC does, or output."""
    layer: int
    start: int
    """Cycle of the program in which it starts; it runs from the next one on."""
    end: int
    """Its last cycle."""
    columns: int = 0
    """Columns of all tiles together, as in the next three fields."""
    issued: int = 0
    skip_act: int = 0
    skip_wgt: int = 0
    beats: int = 0
    """Beats of 8 bytes, from or to memory."""
    stalls: int = 0
    """Cycles in which the bus kept it waiting."""
    tiles: tuple[Issue, ...] = field(default=(), compare=False)
    """Known only from the cycle model."""

    @property
    def cycles(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class Profile:
    """One inference."""

    model: str
    fabric: str
    vector: str
    """Origin of the input, such as "real 0"."""
    tiles: int
    steps: tuple[Step, ...]
    cycles: int
    """Cycles of the program, as the CYCLES register counts them."""
    frames: tuple[Frame, ...]
