"""Every check that a sign-off lists, as its own file declares it.

The files are `tercet_signoff.checks`, which this package cannot import: `make gen` writes what they
declare to catalogue.json. To add a check is to add a file there.
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
    """What a check says of itself."""

    id: str
    title: str
    stage: VStage
    """To which stage of verification it belongs."""
    item: str
    """The item of a verification checklist that it closes."""
    target: str | None
    """Whose artifact it judges: c, hls, onnx or fabric; None: no target's."""
    applies: Applies = "always"
    """The rule that says of which sign-offs it is a part; elsewhere its row says n/a."""
    judges: bool = False
    """Whether it fails where the user's own outputs are too far away, explained or not."""
    absent: str = ""
    """Why this version never runs it."""

    @property
    def required(self) -> bool:
        """Whether a sign-off to which it applies needs it."""
        return not self.absent


def in_order(checks: Iterable[Declared]) -> tuple[Declared, ...]:
    """By stage of verification, then by id."""
    return tuple(sorted(checks, key=lambda check: (check.stage, check.id)))


@cache
def catalogue() -> tuple[Declared, ...]:
    """Every check, in the order of a report."""
    text = files("tercet.report").joinpath("catalogue.json").read_bytes()
    return msgspec.json.decode(text, type=tuple[Declared, ...])


def declared(check_id: str) -> Declared:
    """What the check of an id declares; a ValueError names the ids there are."""
    for check in catalogue():
        if check.id == check_id:
            return check
    known = ", ".join(check.id for check in catalogue())
    raise ValueError(f"no check is called {check_id!r}; after `make gen` there are {known}")
