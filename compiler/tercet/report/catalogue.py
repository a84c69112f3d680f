"""Every check that a sign-off lists, as its own file declares it.

A file of `tercet_signoff.checks` declares a check. This package can't import them, so `make gen`
copies the declarations to catalogue.json.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from tercet.report.contract import VStage

Applies = Literal["always", "of a module", "of a file", "of an artifact", "of a subgraph"]
"""Names of the rules in `tercet.report.applies`."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """The declaration of a check."""

    id: str
    title: str
    stage: VStage
    """The stage of verification that it belongs to."""
    item: str
    """The item of a verification checklist that it closes."""
    target: str | None
    """The target whose artifact it judges: c, hls, onnx or fabric; None: no target."""
    applies: Applies = "always"
    """The rule that says to which sign-offs it applies; in the others its verdict is n/a."""
    judges: bool = False
    """Whether it fails if outputs are too far from the user's model, whatever explains them."""
    absent: str = ""
    """Why this version never runs it."""

    @property
    def required(self) -> bool:
        """Whether a sign-off to which it applies fails without it."""
        return not self.absent


def in_order(checks: Iterable[Declared]) -> tuple[Declared, ...]:
    """Checks sorted by stage of verification, then by id."""
    return tuple(sorted(checks, key=lambda check: (check.stage, check.id)))


@cache
def catalogue() -> tuple[Declared, ...]:
    """Every check, in the order of a report."""
    text = files("tercet.report").joinpath("catalogue.json").read_bytes()
    return msgspec.json.decode(text, type=tuple[Declared, ...])


def declared(check_id: str) -> Declared:
    """The declaration of a check. Raises ValueError with all ids if there is none of this id."""
    for check in catalogue():
        if check.id == check_id:
            return check
    known = ", ".join(check.id for check in catalogue())
    raise ValueError(f"no check is called {check_id!r}; after `make gen` there are {known}")
