"""The passes, asked for every problem at once."""

from xdsl.dialects.builtin import ModuleOp

from tercet import passes
from tercet.errors import TercetError


def integers(captured: ModuleOp) -> tuple[ModuleOp | None, list[TercetError]]:
    """The integer network, or all that stands in its way."""
    try:
        return passes.run(captured), []
    except TercetError as error:
        return None, [error]
