"""Quantize a model, write it, and read it back: what was written is what was measured."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import nn

from tercet import frontends
from tercet.emit.identifiers import identifier
from tercet.errors import CaptureError
from tercet.frontends.ptq import api as ptq
from tercet.frontends.ptq.calibrate import MOST
from tercet.frontends.python import factory_from_file, made_by
from tercet.report.files import write_all
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
    model = frontends.resolve(spec)
    assert isinstance(model.module, nn.Module)  # the command refuses a file
    data = ptq.read(model, calibration, labels)
    watch.stage("accuracy before")
    before = ptq.accuracy(model.module.float(), data)

    def progress(stage: str, done: int, total: int) -> None:
        watch.stage(f"calibrate {stage}")
        watch.progress(done, total)

    found = ptq.quantize(model.module, data, weights, progress)
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
    numbers = path.with_suffix(".npz")
    write_all(path.parent, {numbers.name: arrays.getvalue(), path.name: text})
    return path, numbers


def _require_same(found: ptq.Quantized, path: Path, data: ptq.Data) -> None:
    again = made_by(str(path), factory_from_file(str(path), "build"))
    rows = data.batches()[0]
    with torch.no_grad():
        if not torch.equal(found.module(rows), again(rows)):
            raise CaptureError(
                f"{path}: does not compute what was quantized; the model's forward depends on "
                "something that is no layer"
            )
