"""Check a model that the user named: capture, passes, plan, and the weights of another file."""

from xdsl.dialects.builtin import ModuleOp

from tercet import check, frontends
from tercet.check.integers import integers
from tercet.errors import TercetError, UsageError
from tercet.fabric.spec import FabricSpec, named


def checked(
    model: str,
    fabric: str,
    against: str | None,
    reading: frontends.Reading,
    *,
    explain: bool = False,
) -> check.Check:
    """The check; whatever keeps the network from being built is a problem in it."""
    spec = named(fabric)
    found = frontends.resolve(model, reading)
    try:
        captured = frontends.capture(found)
    except UsageError:
        raise
    except TercetError as error:
        problems = [error, *error.others]
        return check.refused(model, None, problems, spec, frontends.weights_of(found.module))
    done = _built(found, model, captured, spec, explain=explain)
    if against is None:
        return done
    other = frontends.resolve(against)
    theirs = frontends.capture(other)
    return check.with_comparison(done, check.compare(captured, theirs, against))


def _built(
    found: frontends.Model, model: str, captured: ModuleOp, spec: FabricSpec, *, explain: bool
) -> check.Check:
    module, errors = integers(captured)
    if module is None:
        weights = frontends.weights_of(found.module)
        return check.refused(model, captured, errors, spec, weights)
    return check.make(model, captured, module, spec, explain=explain)
