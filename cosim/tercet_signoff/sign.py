"""The report of a sign-off: prepare, run every check, judge. It writes no file."""

from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter

from xdsl.dialects.builtin import ModuleOp

from tercet.errors import CapacityError, TercetError, UnsupportedError, UsageError
from tercet.report.applies import Facts, inapplicable
from tercet.report.contract import Check, Report, Timing
from tercet.report.make import make
from tercet.report.outcome import failed, not_applicable
from tercet.report.tool import tool
from tercet.targets.door import Artifact, Settings
from tercet.targets.fabric.format.spec import named
from tercet.targets.registry import AnyTarget, accelerators, targets
from tercet_golden.vectors import Vectors
from tercet_signoff import accuracy, artifacts, facts, layers, weak
from tercet_signoff.context import CheckContext
from tercet_signoff.registry import Registered, registered
from tercet_signoff.request import Request
from tercet_signoff.rounding import recorded
from tercet_signoff.stages import Listener, Stages

PREPARATIONS = 5
"""The number of stages of `prepare`."""


def sign_off(request: Request, listener: Listener) -> Report:
    """The report of comparing every executor of the model with the integer reference.

    Raises TercetError for a model that cannot be taken, CapacityError for one that needs a larger
    accelerator.
    """
    started, since = datetime.now(UTC), perf_counter()
    installed = registered()
    stages = Stages(listener, total=PREPARATIONS + len(installed) + 1)
    ctx = prepare(request, stages)
    _require_room(ctx)
    accuracy.require_classes(ctx)
    known = Facts(facts.model(ctx), artifacts.artifacts(ctx), artifacts.subgraphs(ctx))
    checks = []
    for check in installed:
        outcome = _outcome(check, ctx, known)
        listener.check(outcome)
        checks.append(outcome)
    with stages.stage("report"):
        table, cycles = layers.rows(ctx, known.subgraphs), layers.cycles(ctx)
        known = replace(known, subgraphs=artifacts.with_cycles(known.subgraphs, cycles))
        answers = accuracy.measured(ctx)
    return make(
        tool=tool(),
        facts=known,
        fabric=facts.fabric(ctx),
        vectors=facts.vectors(ctx),
        checks=checks,
        layers=table,
        cycles=cycles,
        timing=Timing(
            started.isoformat(timespec="seconds"), perf_counter() - since, stages.timing()
        ),
        accuracy=answers,
        warnings=(*artifacts.refused(known.artifacts), *weak.warnings(ctx)),
    )


def prepare(request: Request, stages: Stages) -> CheckContext:
    """The context of a sign-off, from the model's name: integer graph, artifacts and vectors."""
    named(request.fabric)  # a wrong fabric is refused before any work
    if request.rounding is not None:
        recorded(request.rounding)  # an unreadable file is refused before any work
    with stages.stage("load packages"):
        from tercet import frontends, passes
        from tercet.frontends.sources import reading
        from tercet.targets.effort import Asked, effort_of
        from tercet_golden.vectors import make as make_vectors
    with stages.stage("capture the model"):
        how = reading(request.model, request.input_type, request.input_shape, request.semantics)
        found = frontends.resolve(request.model, how, request.seed)
        model = frontends.with_samples(found, request.samples)
        captured = frontends.capture(model)
    with stages.stage("to integers, with certificates"):
        module = passes.run(captured)
    with stages.stage("plan"):
        asked = Asked(effort_of(request.effort), stages.detail)
        settings = Settings(request.fabric, request.batch, asked, request.layers)
        artifacts = {target.info.name: _lowered(target, module, settings) for target in targets()}
    with stages.stage("make vectors"):
        drawn = make_vectors(module, model.samples, request.vectors, request.seed, model.origin)
    here, whole = drawn, None
    if request.only is not None:
        here, whole = one(drawn, request.only, request.batch), drawn
    return CheckContext(request, stages, model, captured, module, artifacts, here, whole)


def _require_room(ctx: CheckContext) -> None:
    """Raise the CapacityError of a network that only fits larger accelerators.

    The user can choose one. A network with an operator that no accelerator runs is signed off
    without them.
    """
    refusals = [ctx.artifacts[target.info.name] for target in accelerators()]
    if all(isinstance(refusal, CapacityError) for refusal in refusals):
        (refusal, *_) = refusals
        assert isinstance(refusal, CapacityError)
        raise refusal


def _lowered(target: AnyTarget, module: ModuleOp, settings: Settings) -> Artifact | TercetError:
    """The artifact of a target, or the error by which it refuses, so its checks do not apply."""
    try:
        artifact: Artifact = target.lower(module, target.options(settings))
    except (UnsupportedError, CapacityError) as error:
        return error
    return artifact


def _outcome(check: Registered, ctx: CheckContext, known: Facts) -> Check:
    """The outcome of a check; an exception in it is a failure and does not end the sign-off."""
    with ctx.stages.stage(check.id):
        if why := inapplicable(check.declared, known):
            return not_applicable(check.id, why)
        try:
            return check.run(ctx)
        except TercetError as error:
            return failed(check.id, str(error))
        except Exception as error:
            return failed(check.id, f"broke: {type(error).__name__}: {error}")


def one(drawn: Vectors, index: int, batch: int = 1) -> Vectors:
    """The vector `index`, or all vectors of its batch."""
    count = len(drawn.labels)
    if not 0 <= index < count:
        raise UsageError(f"there is no vector {index}: this sign-off has vectors 0 to {count - 1}")
    first = index // batch * batch
    here = slice(first, first + batch)
    return replace(drawn, xs=tuple(x[here] for x in drawn.xs), labels=drawn.labels[here])
