"""Check a model that the user named: capture, passes, plan, and the weights of another file."""

from xdsl.dialects.builtin import ModuleOp

from tercet import check, frontends
from tercet.check.integers import integers
from tercet.errors import TercetError, UsageError
from tercet.fabric.spec import FabricSpec, named
from tercet.plan.effort import USUAL, Asked


def checked(
    model: str,
    fabric: str,
    against: str | None,
    reading: frontends.Reading,
    *,
    explain: bool = False,
    asked: Asked = USUAL,
) -> check.Check:
    """The check; whatever keeps the network from being built is a problem in it."""
    spec = named(fabric)
    asked.tell(f"capture {model}")
    found = frontends.resolve(model, reading)
    try:
        captured = frontends.capture(found)
    except UsageError:
        raise
    except TercetError as error:
        return check.refused(model, None, [error], spec)
    done = _built(model, captured, spec, asked, explain=explain)
    if against is None:
        return done
    other = frontends.resolve(against)
    theirs = frontends.capture(other)
    return check.with_comparison(done, check.compare(captured, theirs, against))


def _built(
    model: str, captured: ModuleOp, spec: FabricSpec, asked: Asked, *, explain: bool
) -> check.Check:
    asked.tell("integers, with certificates")
    module, errors = integers(captured)
    if module is None:
        return check.refused(model, captured, errors, spec)
    return check.make(model, captured, module, spec, asked, explain=explain)
