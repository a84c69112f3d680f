"""The check of a model that the user named; with the weights of another file compared."""

from dataclasses import replace
from pathlib import Path

from xdsl.dialects.builtin import ModuleOp

from tercet import check, frontends
from tercet.check.contract import Samples
from tercet.check.integers import integers
from tercet.errors import TercetError, UsageError
from tercet.frontends.model import REAL
from tercet.frontends.samples.units import of_quantizers
from tercet.frontends.weights import weights_of
from tercet.targets.door import Settings

MOST = 1000
"""The most samples that are examined."""


def checked(
    model: str,
    settings: Settings,
    against: str | None,
    reading: frontends.Reading,
    samples: Path | None = None,
    *,
    explain: bool = False,
) -> check.Check:
    """The check of a model; every reason why the network can't be built is one of its problems."""
    settings.asked.tell(f"capture {model}")
    found = frontends.with_samples(frontends.resolve(model, reading), samples)
    try:
        captured = frontends.capture(found)
    except UsageError:
        raise
    except TercetError as error:
        problems = [error, *error.others]
        return check.refused(model, None, problems, settings, weights_of(found.module))
    done = _built(model, found, captured, settings, explain=explain)
    if against is None:
        return done
    other = frontends.resolve(against)
    theirs = frontends.capture(other)
    return check.with_comparison(done, check.compare(captured, theirs, against))


def _built(
    name: str,
    model: frontends.Model,
    captured: ModuleOp,
    settings: Settings,
    *,
    explain: bool,
) -> check.Check:
    settings.asked.tell("integers, with certificates")
    module, errors = integers(captured)
    if module is None:
        return check.refused(name, captured, errors, settings, weights_of(model.module))
    done = check.make(name, captured, module, settings, explain=explain)
    return replace(done, samples=_samples(model, module))


def _samples(model: frontends.Model, module: ModuleOp) -> Samples | None:
    """Warnings about the user's samples; None for the model's own example: it is no real input."""
    if model.origin != REAL or not model.source:
        return None
    count = len(model.samples[0])
    return Samples(model.source, count, of_quantizers(module, [x[:MOST] for x in model.samples]))
