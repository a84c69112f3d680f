"""Quantize a model, write it, and read it back: what was written is what was measured."""

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
"""Samples that are written beside the network, so that it can be verified on them."""


class Watcher(Protocol):
    """Who is told how far it is."""

    def stage(self, name: str) -> None:
        """A stage begins, or goes on."""

    def progress(self, done: int, total: int) -> None:
        """Steps of the stage."""


@dataclass(frozen=True)
class Asked:
    """What to quantize, how, and on which inputs; None: what there is without a file."""

    spec: str
    out: Path
    weights: str
    samples: Path | None = None
    labels: Path | None = None
    test: Path | None = None


@dataclass(frozen=True)
class Accuracy:
    """Shares of the inputs that are right before and after, and which inputs those are."""

    before: float
    after: float
    on: str
    """80 inputs held out of the calibration."""


@dataclass(frozen=True)
class Done:
    """What was measured and written; the Python file comes first."""

    files: tuple[Path, ...]
    used: int
    """Inputs that it was calibrated on."""
    source: str
    accuracy: Accuracy | None
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Inputs:
    calibration: ptq.Data
    test: ptq.Data | None
    """None where the calibration's own are measured on, or nothing is."""
    told: str
    """What is measured on, and how many."""

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
            told = f"the same {number(len(first.x))} inputs; others, by --test, tell more"
            return _Inputs(first, None, told)
        told = f"{number(len(held_out.x))} inputs held out of the calibration"
        return _Inputs(first, held_out, told)
    ptq.require_enough(data, model.source or model.name)
    other = frontends.with_samples(model, test)
    if not other.labels:
        raise CaptureError(f"{test}: holds no classes y; --test measures how many are right")
    measured = ptq.data_of(other)
    return _Inputs(data, measured, f"{number(len(measured.x))} inputs of {test}")


def _warnings(found: Model, inputs: _Inputs) -> tuple[str, ...]:
    """Where inputs are in other units than those the model shows, or than one another."""
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
    """What is written has to be an integer network; else the first reason why it is none."""
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
                f"{path}: does not compute what was quantized; the model's forward depends on "
                "something that is no layer"
            )


def _results(returned: object) -> list[torch.Tensor]:
    """The tensors that a model returned, whatever holds them."""
    return [one for one in tree_leaves(returned) if one is not None]
