"""The user's own model from input to output: how far its outputs are from the integers'.

Nothing is simulated: the integer reference stands for the RTL, C and HLS, which equal it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from unittest.mock import patch

import brevitas.export.onnx.manager as manager
import onnx
import torch
from brevitas.export import export_onnx_qcdq
from torch import nn
from xdsl.dialects.builtin import ModuleOp

from benchmarks.figures import Figures
from tercet import assets, frontends, passes
from tercet.errors import TercetError
from tercet.frontends import zoo
from tercet.frontends.onnx import OnnxModel
from tercet.ir.types import Array, IntArray
from tercet.report.contract import EndToEnd
from tercet.report.end_to_end import excess
from tercet_golden import integer
from tercet_golden.user_model import file_golden, torch_golden
from tercet_golden.user_model.explained_differences import Judged
from tercet_golden.user_model.file_run import is_standard
from tercet_golden.vectors import make

COUNT, SEED = 64, 1
LARGE, FEW = 1 << 18, 8
"""Elements of an input or output from which on so few vectors are enough."""
FILES = assets.ROOT.parent / "shared" / "models"
"""Real files by others, which are not part of the project."""
INPUT_TYPES = {"qkeras_jettagging": "FIXED<16,6>"}
"""Of files that leave their input open; hls4ml's own choice."""
FLOAT = ("mnist_conv_float",)


@dataclass(frozen=True)
class _Found:
    """One network by one executor."""

    network: str
    executor: str
    judged: Judged
    whole: EndToEnd

    def row(self) -> tuple[str, ...]:
        whole = self.whole
        other = None if whole.argmaxes is None else whole.argmaxes + (whole.tied.argmaxes or 0)
        return (
            self.network,
            self.executor,
            str(whole.vectors),
            f"{self.judged.compared:,}",
            str(self.judged.mismatches),
            str(len(self.judged.explained)),
            f"{whole.outputs:,}",
            _share(whole.differ, whole.outputs),
            f"{whole.largest:.3g}",
            "" if other is None else _share(other, whole.vectors),
            "fail" if self.failed else "pass",
        )

    @property
    def failed(self) -> bool:
        """As in a sign-off, in which PyTorch in float32 is reported and its outputs not judged."""
        judged = self.executor != "float32" and excess(self.whole) is not None
        return judged or not self.judged.passed


def run() -> Figures:
    """The zoo as modules and as QCDQ files, and real files where they are."""
    found, notes = list[_Found](), list[str]()
    for name in zoo.names():
        found += _of_module(name)
        try:
            found.append(_of_export(name))
        except TercetError as error:
            notes.append(f"{name} as QCDQ: {error}")
    for path in sorted(FILES.glob("*.onnx")):
        if path.stem not in FLOAT:
            found.append(_of_file(path.stem, path, (), INPUT_TYPES.get(path.stem)))
    header = ("network", "executor", "vectors", "elements", "wrong", "at a tie", "outputs")
    rows = tuple(one.row() for one in found)
    differing = [one for one in found if one.whole.differ]
    summary = (
        f"In {len(found) - len(differing)} of {len(found)} rows every output is equal. Elements: "
        "of all quantizers. Wrong: differ without a tie near; at a tie: differ next to one. Share, "
        "steps and argmax: of the outputs, nothing put right on the way. Verdict: "
        "that of the check in a sign-off, which reports the outputs of float32 and judges others."
    )
    failed = [
        f"{one.network} by {one.executor}: {excess(one.whole)}" for one in found if one.failed
    ]
    return Figures(
        "End to end: your own model, from input to output",
        (*header, "differ", "steps at most", "argmax differs", "verdict"),
        rows,
        (summary, *(f"{note}." for note in (*failed, *notes))),
    )


def _of_module(name: str) -> Iterator[_Found]:
    model = frontends.resolve(name)
    assert isinstance(model.module, nn.Module)
    module = passes.run(frontends.capture(model))
    xs, golden = _values(module, model.samples)
    for dtype in (torch.float64, torch.float32):
        given = model.module, module, list(xs), golden, dtype
        whole = torch_golden.end_to_end(*given)
        yield _Found(name, str(dtype)[6:], torch_golden.compare(*given), whole)


def _of_export(name: str) -> _Found:
    """The module as Brevitas writes it, with the samples of the module."""
    model = frontends.resolve(name)
    assert isinstance(model.module, nn.Module)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "net.onnx"
        try:
            _export(model, path)
        except Exception as error:  # what Brevitas has no export for is not ours to judge
            raise TercetError(f"Brevitas does not export it: {error}") from error
        return _of_file(f"{name} as QCDQ", path, model.samples, None)


def _export(model: frontends.Model, path: Path) -> None:
    """As Brevitas does without onnxoptimizer, which would only drop initializers nobody reads."""
    kept = SimpleNamespace(optimize=lambda proto, passes: proto)
    with patch.object(manager, "onnx", onnx), patch.object(manager, "opt", kept):
        args = model.example[0] if len(model.example) == 1 else model.example
        export_onnx_qcdq(model.module, args=args, export_path=str(path), dynamo=False)


def _of_file(name: str, path: Path, samples: Sequence[Array], input_type: str | None) -> _Found:
    model = frontends.resolve(str(path), frontends.Reading(input_type)).module
    assert isinstance(model, OnnxModel)
    captured = frontends.load(model)
    module = passes.run(captured)
    xs, golden = _values(module, samples)
    executor = "ONNXRuntime" if is_standard(model) else "qonnx"
    return _Found(name, executor, *file_golden.compare(model, captured, module, xs, golden))


def _values(
    module: ModuleOp, samples: Sequence[Array]
) -> tuple[tuple[IntArray, ...], dict[str, IntArray]]:
    """Samples or noise, then the corners; a few of them where images are large."""
    xs = make(module, samples, COUNT, SEED).xs
    one = integer.run(module, *(x[:1] for x in xs))
    if max(value.size for value in one.values()) > LARGE:
        xs = tuple(x[:FEW] for x in xs)
    return xs, integer.run(module, *xs)


def _share(part: int, whole: int) -> str:
    return "0" if not part else f"{100 * part / whole:.2g} % ({part})"
