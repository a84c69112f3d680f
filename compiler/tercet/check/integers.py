"""The passes, asked for every problem at once."""

from xdsl.dialects.builtin import ModuleOp

from tercet import passes
from tercet.check.slices import slices
from tercet.errors import TercetError, distinct


def integers(captured: ModuleOp) -> tuple[ModuleOp | None, list[TercetError]]:
    """The integer network, or all that stands in its way, the first that the passes met first.

    The passes stop at one refusal. Where they do, every piece between quantizers goes through them
    alone, and what they say of each is collected.
    """
    module, errors = _built(captured)
    if module is None:
        errors += [error for piece in slices(captured) for error in _built(piece)[1]]
    return module, list(distinct(errors))


def _built(captured: ModuleOp) -> tuple[ModuleOp | None, list[TercetError]]:
    try:
        return passes.run(captured), []
    except TercetError as error:
        return None, [error]
