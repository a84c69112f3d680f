"""The errors a user can act on: one sentence each. Anything else that escapes is a bug in tercet.

The sentence says where, what was found, what was wanted, and the way out.
"""

from collections.abc import Iterable


class TercetError(Exception):
    """Base of every diagnostic; the command line prints it without a traceback, exit code 1.

    Its text is "layer: found; wanted …; way out", without what is empty. Who asks where, and what
    to do, reads the fields.
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
    """What was found beside it in the same look at the model."""


def first_of(errors: Iterable[TercetError]) -> TercetError:
    """The first of `errors`, which knows of the others; each sentence once."""
    first, *rest = distinct(errors)
    first.others = tuple(rest)
    return first


def distinct(errors: Iterable[TercetError]) -> tuple[TercetError, ...]:
    """`errors` each sentence once."""
    return tuple({str(error): error for error in errors}.values())


class UsageError(TercetError):
    """The command line or a specification in it is malformed; exit code 2."""


class CaptureError(TercetError):
    """The model cannot be loaded or run, or holds values that no integer network can have."""


class UnsupportedError(TercetError):
    """The model is legal, but Tercet cannot take this part of it."""


class VerifyError(TercetError):
    """A graph breaks a rule of the IR, or a certificate does not hold."""


class CapacityError(TercetError):
    """The network does not fit the chosen fabric."""
