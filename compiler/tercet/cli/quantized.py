"""Quantize a model, write it, and read it back: what was written is what was measured."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from tercet import frontends
from tercet.check.integers import integers
from tercet.emit.identifiers import identifier
from tercet.errors import CaptureError, UnsupportedError, UsageError, first_of
from tercet.frontends.ptq import api as ptq
from tercet.frontends.ptq.calibrate import MOST
from tercet.frontends.python import factory_from_file, made_by
from tercet.report.files import write
from tercet.report.render import environment


class Watcher(Protocol):
    """Who is told how far it is."""

    def stage(self, name: str) -> None:
        """A stage begins, or goes on."""

    def progress(self, done: int, total: int) -> None:
        """Steps of the stage."""


@dataclass(frozen=True)
class Done:
    """What was measured and written; the Python file comes first."""

    files: tuple[Path, ...]
    inputs: int
    used: int
    before: float | None
    after: float | None


def quantized(
    spec: str,
    out: Path,
    weights: str,
    calibration: Path | None,
    labels: Path | None,
    watch: Watcher,
) -> Done:
    """Quantize the model that `spec` names, into two files in `out`."""
    if weights not in ptq.WEIGHTS:
        raise UsageError(f"there are no weights {weights!r}; there are {', '.join(ptq.WEIGHTS)}")
    model = frontends.resolve(spec)
    if not isinstance(model.module, nn.Module):
        raise UnsupportedError(
            f"{spec}: `tercet quantize` takes torch modules; quantize an ONNX file by "
            "onnxruntime.quantization.quantize_static, and give Tercet what that writes"
        )
    data = ptq.read(model, calibration, labels)
    watch.stage("accuracy before")
    before = ptq.accuracy(model.module.float(), data)

    def progress(stage: str, done: int, total: int) -> None:
        watch.stage(f"calibrate {stage}")
        watch.progress(done, total)

    found = ptq.quantize(model.module, data, weights, progress)
    _require_taken(found, data)
    watch.stage("accuracy after")
    after = ptq.accuracy(found.module, data)
    files = _written(found, spec, weights, out / f"{identifier(model.name)}_{weights}.py")
    _require_same(found, files[0], data)
    return Done(files, len(data.x), min(len(data.x), MOST), before, after)


def _written(found: ptq.Quantized, spec: str, weights: str, path: Path) -> tuple[Path, Path]:
    template = environment("tercet.cli").get_template("quantized.py.j2")
    text = template.render(source=spec, weights=weights, name=path.stem, code=found.source)
    arrays = io.BytesIO()
    np.savez_compressed(arrays, allow_pickle=False, **found.arrays)
    write(path.with_suffix(".npz"), arrays.getvalue())
    write(path, text)
    return path, path.with_suffix(".npz")


def _require_taken(found: ptq.Quantized, data: ptq.Data) -> None:
    """What is written has to be an integer network; else the first reason why it is none."""
    captured = frontends.load(found.module, [x[:1] for x in data.inputs])
    module, errors = integers(captured)
    if module is None:
        raise first_of(errors)


def _require_same(found: ptq.Quantized, path: Path, data: ptq.Data) -> None:
    again = made_by(str(path), factory_from_file(str(path), "build"))
    rows = data.batches()[0]
    with torch.no_grad():
        pairs = zip(tree_leaves(found.module(*rows)), tree_leaves(again(*rows)), strict=True)
        if not all(torch.equal(want, got) for want, got in pairs):
            raise CaptureError(
                f"{path}: does not compute what was quantized; the model's forward depends on "
                "something that is no layer"
            )
