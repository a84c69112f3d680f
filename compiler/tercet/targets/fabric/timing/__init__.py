"""The exact cycles of an EXEC frame, from its tables and from which data is zero."""

from tercet.targets.fabric.timing.expand import Segments, Slots, expand_route, expand_walk
from tercet.targets.fabric.timing.time import ExecTime, exec_time, frame_time

__all__ = [
    "ExecTime",
    "Segments",
    "Slots",
    "exec_time",
    "expand_route",
    "expand_walk",
    "frame_time",
]
