"""The check of a network: of an integer network, or of one that was refused before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.check import facts
from tercet.check.contract import (
    VERSION,
    Check,
    Comparison,
    Fabric,
    Pair,
    Place,
    Problem,
    Proof,
    Step,
    Verdict,
)
from tercet.check.entries import entries
from tercet.check.place import fabric_of, lowered, places
from tercet.check.proofs import proofs
from tercet.errors import TercetError
from tercet.ir.host.boundary import EXIT
from tercet.ir.interval import Interval
from tercet.ir.module import function_of, ops_of, steps_of
from tercet.ir.names import value_names
from tercet.ir.op import IntegerOp, LayerOp
from tercet.ir.ranges import ranges
from tercet.ir.types import FloatArray
from tercet.targets.door import Settings

HOST = Place("host", "reals are the host's")
NOWHERE = Place("nowhere", "not yet integers")


def make(
    model: str,
    captured: ModuleOp,
    module: ModuleOp,
    settings: Settings,
    *,
    explain: bool = False,
) -> Check:
    """The check of the integer network `module`, which the passes made of `captured`.

    With `explain` it has the grids that the search tried.
    """
    outcome = lowered(module, settings)
    fabric = fabric_of(outcome, explain=explain)
    settings.asked.tell("certificates")
    where, proven = places(module, outcome), proofs(captured, module)
    view = _View(value_names(module), ranges(module), _scales(captured))
    steps = [
        *entries(module, view.names),
        *(view.step(op, where[op], proven.get(op)) for op in ops_of(module)),
        *(view.step(op, HOST) for op in _exit(module)),
    ]
    broken = [
        Problem(step.layer, f"{step.name}: {step.proof.finding}")
        for step in steps
        if step.proof is not None and step.proof.finding is not None
    ]
    count = sum(step.weights.count for step in steps if step.weights is not None)
    return _judged(
        Check(VERSION, model, fabric, "pass", tuple(steps), tuple(broken), None, count, None)
    )


def refused(
    model: str,
    captured: ModuleOp | None,
    errors: list[TercetError],
    settings: Settings,
    weights: int,
) -> Check:
    """The check of a model without an integer network: `errors` as problems, and known operators.

    `weights` is the number of weights of the model, supported or not.
    """
    problems = tuple(_problem(error) for error in errors)
    why = "there is no integer network to plan"
    fabric = Fabric(settings.fabric, False, why, (), ())
    steps: tuple[Step, ...] = ()
    if captured is not None:
        view = _View(value_names(captured), {}, _scales(captured))
        steps = tuple(view.step(op, NOWHERE) for op in steps_of(captured))
    return _judged(Check(VERSION, model, fabric, "fail", steps, problems, None, weights, None))


def with_comparison(check: Check, comparison: Comparison) -> Check:
    """`check` with a comparison; it fails if the compared weights differ."""
    found = [
        Problem(pair.layer or pair.other, _difference(pair, comparison.against))
        for pair in comparison.pairs
        if pair.different or not pair.layer or not pair.other
    ]
    return _judged(
        replace(check, problems=(*check.problems, *found), comparison=comparison),
    )


def _judged(check: Check) -> Check:
    verdict: Verdict = "fail" if check.problems else "pass"
    return replace(check, verdict=verdict)


def _problem(error: TercetError) -> Problem:
    return Problem(error.layer, str(error))


def _difference(pair: Pair, against: str) -> str:
    if not pair.other:
        return f"{pair.layer}: {against} has no weights of shape {pair.shape} left for this layer"
    if not pair.layer:
        return f"{pair.other}: only {against} has these weights, of shape {pair.shape}"
    assert pair.first is not None
    place = ", ".join(map(str, pair.first))
    advice = "check the file that you want to build, without --against"
    if against.endswith(".onnx"):
        advice = f"export it by Brevitas' export_onnx_qcdq, not export_qonnx, or {advice}"
    return (
        f"{pair.layer}: {pair.different} of its weights differ from those of {pair.other} in "
        f"{against}, the first at [{place}]: {pair.found} here, {pair.expected} there; {advice}"
    )


def _scales(captured: ModuleOp) -> Mapping[str, FloatArray]:
    """The scales of each layer's weights, by the layer's name."""
    found = {}
    for op in steps_of(captured):
        scales = facts.weight_scales(op)
        if scales is not None and facts.matrix_of(op) is not None:
            found[op.layer.data] = scales
    return found


def _exit(module: ModuleOp) -> list[LayerOp]:
    """The operators that the host applies to the results."""
    host = function_of(module, EXIT)
    return [] if host is None else [op for op in host.body.block.ops if isinstance(op, LayerOp)]


@dataclass(frozen=True)
class _View:
    """Names and ranges of a module's values, and scales of its weights."""

    names: Mapping[SSAValue, str]
    ranges: Mapping[SSAValue, Interval]
    scales: Mapping[str, FloatArray]

    def step(self, op: LayerOp, place: Place, proof: Proof | None = None) -> Step:
        (result,) = op.results
        layer, kind = op.layer.data, facts.kind_of(op)
        return Step(
            name=self.names.get(result, f"{layer}:{kind}"),
            layer=layer,
            operator=kind,
            operands=tuple(facts.value(x, self.ranges.get(x)) for x in op.operands),
            result=facts.value(result, self.ranges.get(result)),
            weights=facts.weights(op, self.scales.get(layer)),
            scale=facts.result_scale(op),
            method=facts.method(op) if isinstance(op, IntegerOp) else None,
            proof=proof,
            place=place,
        )
