"""Every rule of the program format, broken once or more."""

from tercet_cosim.sim.bad_frames import bad_frames
from tercet_cosim.sim.bad_tables import bad_tables
from tercet_cosim.sim.good_program import FABRIC, Bad

__all__ = ["FABRIC", "Bad", "bad_programs"]


def bad_programs() -> list[Bad]:
    """Each has one fault."""
    return [*bad_frames(), *bad_tables()]
