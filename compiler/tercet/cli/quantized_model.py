"""Three files from a model to quantize; they are read back and compared with what was measured."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from inspect import signature
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from tercet import frontends, templates
from tercet.check.integers import integers
from tercet.errors import CaptureError, first_of
from tercet.frontends.model import EXAMPLE, Model
from tercet.frontends.ptq import api as ptq
from tercet.frontends.ptq.calibrate import MOST
from tercet.frontends.python import factory_from_file, made_by
from tercet.frontends.samples import read_labels
from tercet.frontends.samples.model_samples import CLASSES, FOUND
from tercet.frontends.samples.units import of_others
from tercet.ir.types import Array
from tercet.report.pages.files import write_all
from tercet.report.pages.words import number
from tercet.targets.shared.identifiers import identifier

KEPT = 256
"""The most samples that are written beside the network, to verify it on them."""


class Watcher(Protocol):
    """Receives the progress of a quantization."""

    def stage(self, name: str) -> None:
        """A stage begins or goes on."""

    def progress(self, done: int, total: int) -> None:
        """`done` of `total` steps of the stage are finished."""


@dataclass(frozen=True)
class Asked:
    """What to quantize, how, and on which inputs; None: the inputs that the model brings."""

    spec: str
    out: Path
    weights: str
    samples: Path | None = None
    labels: Path | None = None
    test: Path | None = None


@dataclass(frozen=True)
class Accuracy:
    """Shares of the inputs that are classified right before and after quantization."""

    before: float
    after: float
    on: str
    """The inputs that were measured, in words: "80 inputs held out of the calibration"."""


@dataclass(frozen=True)
class Done:
    """The files that were written, the Python file first, and what was measured."""

    files: tuple[Path, ...]
    used: int
    """Number of inputs that the model was calibrated on."""
    source: str
    accuracy: Accuracy | None
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Inputs:
    calibration: ptq.Data
    test: ptq.Data | None
    """None if accuracy is measured on the calibration's inputs."""
    told: str
    """The measured inputs in words, with their number."""

    @property
    def measured(self) -> ptq.Data:
        return self.test or self.calibration


def quantized(asked: Asked, watch: Watcher) -> Done:
    """Quantize a model into three files: its Python, its parameters, and samples to verify on."""
    found = frontends.resolve(asked.spec)
    assert isinstance(found.module, nn.Module)  # the command refuses a file
    model = _labelled(frontends.with_samples(found, asked.samples), asked.labels)
    inputs = _inputs(model, asked.test)
    watch.stage("accuracy before")
    before = ptq.accuracy(found.module.float(), inputs.measured)

    def progress(stage: str, done: int, total: int) -> None:
        watch.stage(f"calibrate {stage}")
        watch.progress(done, total)

    made = ptq.quantize(found.module, inputs.calibration, asked.weights, progress)
    _require_taken(made, inputs.calibration)
    watch.stage("accuracy after")
    after = ptq.accuracy(made.module, inputs.measured)
    files = _written(made, asked, identifier(model.name), inputs.measured)
    _require_same(made, files[0], inputs.calibration)
    told = None
    if before is not None and after is not None:
        told = Accuracy(before, after, inputs.told)
    used = min(len(inputs.calibration.x), MOST)
    return Done(files, used, model.source, told, _warnings(found, inputs))


def _labelled(model: Model, labels: Path | None) -> Model:
    if labels is None:
        return model
    count = min((len(x) for x in model.samples), default=0)
    return replace(model, labels=read_labels(labels, count, model.source))


def _inputs(model: Model, test: Path | None) -> _Inputs:
    data = ptq.data_of(model)
    if test is None:
        first, held_out = ptq.parted(data)
        ptq.require_enough(first, model.source or model.name)
        if held_out is None:
            told = f"the same {number(len(first.x))} inputs; give others by --test to learn more"
            return _Inputs(first, None, told)
        told = f"{number(len(held_out.x))} inputs held out of the calibration"
        return _Inputs(first, held_out, told)
    ptq.require_enough(data, model.source or model.name)
    other = frontends.with_samples(model, test)
    if not other.labels:
        raise CaptureError(f"{test}: has no classes y, which --test needs to measure the accuracy")
    measured = ptq.data_of(other)
    return _Inputs(data, measured, f"{number(len(measured.x))} inputs of {test}")


def _warnings(found: Model, inputs: _Inputs) -> tuple[str, ...]:
    """Sentences on inputs whose units differ from the model's example, or from one another."""
    xs, told = [x.numpy() for x in inputs.calibration.inputs], tuple[str, ...]()
    names = ["x"] if len(xs) == 1 else [f"input {i}" for i in range(len(xs))]
    if found.origin == EXAMPLE and found.source:
        shown = f"the model's {found.source}"
        for name, x, own in zip(names, xs, found.samples, strict=True):
            told += of_others(name, x, own, shown)
    if inputs.test is None:
        return told
    tests = [x.numpy() for x in inputs.test.inputs]
    for name, x, own in zip(names, tests, xs, strict=True):
        of = "test" if len(xs) == 1 else f"test, {name}"
        told += of_others(of, x, own, "what it was calibrated on")
    return told


def _written(
    made: ptq.Quantized, asked: Asked, name: str, measured: ptq.Data
) -> tuple[Path, Path, Path]:
    path = asked.out / f"{name}_{asked.weights}.py"
    template = templates.of_package("tercet.cli").get_template("quantized.py.j2")
    text = template.render(
        source=asked.spec, weights=asked.weights, name=path.stem, code=made.source
    )
    names = list(signature(made.module.forward).parameters) if measured.more else ["x"]
    samples = {n: x[:KEPT].numpy() for n, x in zip(names, measured.inputs, strict=True)}
    if measured.labels is not None and CLASSES not in samples:
        samples[CLASSES] = measured.labels[:KEPT].numpy()
    state, beside = path.with_suffix(".npz"), path.with_name(f"{path.stem}_{FOUND}")
    archives = {state.name: _archive(made.arrays), beside.name: _archive(samples)}
    write_all(path.parent, {**archives, path.name: text})
    return path, state, beside


def _archive(arrays: Mapping[str, Array]) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def _require_taken(found: ptq.Quantized, data: ptq.Data) -> None:
    """Raise the first reason why the quantized model can't become an integer network, if any."""
    captured = frontends.load(found.module, [x[:1] for x in data.inputs])
    module, errors = integers(captured)
    if module is None:
        raise first_of(errors)


def _require_same(found: ptq.Quantized, path: Path, data: ptq.Data) -> None:
    again = made_by(str(path), factory_from_file(str(path), "build"))
    rows = data.batches()[0]
    with torch.no_grad():
        want, got = (_results(module(*rows)) for module in (found.module, again))
        if len(want) != len(got) or not all(map(torch.equal, want, got)):
            raise CaptureError(
                f"{path}: computes other results than the quantized model; the model's forward "
                "depends on something that is no layer"
            )


def _results(returned: object) -> list[torch.Tensor]:
    """The tensors in what a model returned: one tensor, or a nest of tuples and dictionaries."""
    return [one for one in tree_leaves(returned) if one is not None]
