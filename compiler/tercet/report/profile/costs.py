"""Sums over a profile: the cost of each layer, and the cycles in which engines ran together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tercet.report.profile.contract import ENGINES, Engine, Frame, Profile

BEAT_BYTES = 8


@dataclass(frozen=True)
class Cost:
    """The cost of some frames."""

    cycles: int
    """Cycles in which EXEC ran."""
    share: float
    """Their share of the program's cycles, 0 to 1."""
    efficiency: float
    """Columns issued, as a share of what all tiles could have issued in these cycles, 0 to 1."""
    columns: int
    issued: int
    skip_act: int
    skip_wgt: int
    stalls: int
    """Cycles in which the bus kept LOAD or STORE waiting."""
    loaded: int
    """Bytes from memory."""
    stored: int


@dataclass(frozen=True)
class Engines:
    """Cycles of the program by what ran in them."""

    busy: dict[Engine, int]
    """Cycles in which each engine ran."""
    overlap: int
    """Cycles in which two or three engines ran."""
    idle: int
    """Cycles in which none ran: frames are fetched, or the program starts or ends."""


def costs(profile: Profile) -> tuple[Cost, ...]:
    """The cost of every layer, in the order of the steps."""
    return tuple(
        _cost([frame for frame in profile.frames if frame.layer == layer], profile)
        for layer in range(len(profile.steps))
    )


def whole(profile: Profile) -> Cost:
    """The cost of all layers together."""
    return _cost(profile.frames, profile)


def _cost(frames: Sequence[Frame], profile: Profile) -> Cost:
    cycles = sum(frame.cycles for frame in frames if frame.engine == "EXEC")
    issued = sum(frame.issued for frame in frames)
    return Cost(
        cycles=cycles,
        share=cycles / max(1, profile.cycles),
        efficiency=issued / max(1, profile.tiles * cycles),
        columns=sum(frame.columns for frame in frames),
        issued=issued,
        skip_act=sum(frame.skip_act for frame in frames),
        skip_wgt=sum(frame.skip_wgt for frame in frames),
        stalls=sum(frame.stalls for frame in frames),
        loaded=BEAT_BYTES * sum(frame.beats for frame in frames if frame.engine == "LOAD"),
        stored=BEAT_BYTES * sum(frame.beats for frame in frames if frame.engine == "STORE"),
    )


def engines(profile: Profile) -> Engines:
    """Cycles in which each engine, several, or none ran."""
    busy = {
        engine: sum(frame.cycles for frame in profile.frames if frame.engine == engine)
        for engine in ENGINES
    }
    some, several = _depths(profile.frames)
    return Engines(busy, several, profile.cycles - some)


def _depths(frames: Iterable[Frame]) -> tuple[int, int]:
    """Cycles in which one frame or more runs, and two or more."""
    changes = sorted((at, by) for f in frames for at, by in ((f.start, 1), (f.end, -1)))
    some = several = depth = before = 0
    for at, by in changes:
        some += (at - before) * (depth >= 1)
        several += (at - before) * (depth >= 2)
        depth, before = depth + by, at
    return some, several
