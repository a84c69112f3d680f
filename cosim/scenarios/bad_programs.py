"""Every rule of the program format, broken once or more."""

from scenarios.bad_frames import bad_frames
from scenarios.bad_tables import bad_tables
from scenarios.good_program import FABRIC, Bad

__all__ = ["FABRIC", "Bad", "bad_programs"]


def bad_programs() -> list[Bad]:
    """Each has one fault."""
    return [*bad_frames(), *bad_tables()]
