"""The errors that a user can act on, one sentence each. Any other exception is a bug in tercet.

The sentence says where, what was found, what was wanted, and the way out.
"""

from collections.abc import Iterable


class TercetError(Exception):
    """Base of every diagnostic; the command line prints it without a traceback, exit code 1.

    Its text is "layer: found; wanted …; way out", without the parts that are empty. Programs read
    the fields instead of the text.
    """

    def __init__(self, found: str, *, layer: str = "", wanted: str = "", way_out: str = "") -> None:
        super().__init__(found)
        self.layer, self.found, self.wanted, self.way_out = layer, found, wanted, way_out

    def __str__(self) -> str:
        where = f"{self.layer}: " if self.layer else ""
        return where + self.why

    @property
    def why(self) -> str:
        """The text without the layer."""
        wanted = f"wanted {self.wanted}" if self.wanted else ""
        return "; ".join(part for part in (self.found, wanted, self.way_out) if part)

    others: tuple["TercetError", ...] = ()
    """Further errors that the same look at the model found."""


def first_of(errors: Iterable[TercetError]) -> TercetError:
    """The first of `errors`, with the others in its field `others`; equal sentences count once."""
    first, *rest = distinct(errors)
    first.others = tuple(rest)
    return first


def distinct(errors: Iterable[TercetError]) -> tuple[TercetError, ...]:
    """`errors` without those whose sentence came before."""
    return tuple({str(error): error for error in errors}.values())


class UsageError(TercetError):
    """The command line or a specification in it is malformed; exit code 2."""


class CaptureError(TercetError):
    """The model cannot be loaded or run, or its values have no form in an integer network."""


class UnsupportedError(TercetError):
    """The model is legal, but Tercet does not support this part of it."""


class VerifyError(TercetError):
    """A graph breaks a rule of the IR, or a certificate does not hold."""


class CapacityError(TercetError):
    """The network does not fit the chosen fabric."""
