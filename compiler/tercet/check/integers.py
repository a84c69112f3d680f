"""The integer network of a captured model, or all reasons why there is none."""

from xdsl.dialects.builtin import ModuleOp

from tercet import passes
from tercet.check.slices import slices
from tercet.errors import TercetError, distinct


def integers(captured: ModuleOp) -> tuple[ModuleOp | None, list[TercetError]]:
    """The integer network, or every error on the way to it, the passes' own first.

    The passes stop at the first error. Then each piece between quantizers is passed through them
    alone, and the errors of all pieces are collected.
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
