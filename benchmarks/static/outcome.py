"""What becomes of one quantized file: taken and equal to itself, or refused with a step."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from benchmarks.static.networks import Network
from benchmarks.static.quantizing import quantize
from benchmarks.static.steps import Case, step_of
from tercet import frontends, passes
from tercet.errors import TercetError
from tercet.frontends.onnx import OnnxModel
from tercet.passes.proofs.audit import audit
from tercet.passes.proofs.recheck import check
from tercet.passes.synthesis.certificate import certificates
from tercet.report.end_to_end import excess
from tercet_golden import integer, vectors
from tercet_golden.user_model import file_golden

VECTORS, STEPS_AT_MOST = 24, 3
WORDS = {
    "exact": "equal to the file at every quantizer and output",
    "ties": "equal but for elements next to a rounding tie",
    "beyond": "the same, and what ties lead to is more than a sign-off lets pass",
    "refused": "with a step that helps",
    "invalid": "ONNXRuntime itself does not load the file",
    "unwritten": "quantize_static itself fails",
    "fault": "ours",
}


@dataclass(frozen=True)
class Outcome:
    """In one word, and more about it."""

    word: str
    """A key of WORDS."""
    detail: str = ""

    @property
    def taken(self) -> bool:
        return self.word in ("exact", "ties")


@dataclass(frozen=True)
class Cell:
    """What became of a case, and of the steps that the refusals named, one after the other."""

    first: Outcome
    steps: tuple[tuple[str, Outcome], ...] = ()

    @property
    def last(self) -> Outcome:
        return self.steps[-1][1] if self.steps else self.first

    @property
    def wrong(self) -> bool:
        """Whether it is not what the product promises: taken, or refused with what helps."""
        return not self.last.taken and self.first.word != "unwritten"

    def shown(self) -> str:
        followed = "".join(f"; {name}: {found.word}" for name, found in self.steps)
        return self.first.word + followed


def cell(case: Case) -> Cell:
    """A case, and what its steps lead to."""
    first = found = outcome_of(case)
    steps: list[tuple[str, Outcome]] = []
    while len(steps) < STEPS_AT_MOST and (step := step_of(found.detail)) is not None:
        name, apply = step
        case = apply(case)
        found = outcome_of(case)
        steps.append((name, found))
    return Cell(first, tuple(steps))


def outcome_of(case: Case) -> Outcome:
    path = case.source.with_suffix(".quantized.onnx")
    path.unlink(missing_ok=True)
    try:
        quantize(case.source, path, case.network, case.way)
    except Exception as error:  # of any kind: ONNXRuntime's own words are wanted
        return Outcome("unwritten", str(error).strip().splitlines()[0])
    return outcome(path, case.network)


def runs(path: Path, network: Network) -> str:
    """What ONNXRuntime itself says of the file: nothing where it runs."""
    try:
        made = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        inputs = zip(made.get_inputs(), network.inputs(3, 9), strict=True)
        made.run(None, {one.name: x.numpy() for one, x in inputs})
    except Exception as error:  # of any kind: its own words are wanted
        return str(error).strip().splitlines()[0]
    return ""


def outcome(path: Path, network: Network) -> Outcome:
    """The file at `path` through the front end, the passes, the proofs and against itself."""
    said = runs(path, network)
    try:
        model = frontends.resolve(str(path)).module
        assert isinstance(model, OnnxModel)
        captured = frontends.load(model)
        module = passes.run(captured)
    except TercetError as error:
        return Outcome("invalid" if said else "refused", str(error))
    if said:
        return Outcome("fault", f"is taken, and ONNXRuntime does not load it: {said}")
    drawn = vectors.make(module, (), VECTORS, 7).xs
    golden = integer.run(module, *drawn)
    findings = [found for c in certificates(module) if (found := check(c))]
    findings += audit(captured, module).findings
    if findings:
        return Outcome("fault", f"a proof fails: {findings[0]}")
    file, whole = file_golden.compare(model, captured, module, drawn, golden)
    if not file.passed:
        return Outcome("fault", f"differs from the file: {file.first}")
    if all(np.unique(values).size < 2 for values in golden.values()):
        return Outcome("fault", "compares constants")
    if (far := excess(whole)) is not None:
        return Outcome("beyond", far)
    ties = [one for one in file.explained if not one.layer.startswith("output ")]
    return Outcome("ties", f"{len(ties)} of {file.compared}") if ties else Outcome("exact")
