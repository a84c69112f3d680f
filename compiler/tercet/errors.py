"""The errors a user can act on: one sentence each. Anything else that escapes is a bug in tercet.

The sentence says where, what was found, what was wanted, and the way out.
"""

from collections.abc import Sequence


class TercetError(Exception):
    """Base of every diagnostic; the command line prints it without a traceback, exit code 1."""

    others: tuple["TercetError", ...] = ()
    """What was found beside it in the same look at the model."""


def first_of(errors: Sequence[TercetError]) -> TercetError:
    """The first of `errors`, which knows of the others; each sentence once."""
    first, *rest = {str(error): error for error in errors}.values()
    first.others = tuple(rest)
    return first


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
