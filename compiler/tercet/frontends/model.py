"""The model that the user named, ready to be captured."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tercet.errors import CaptureError
from tercet.frontends import onnx, zoo
from tercet.frontends.onnx import OnnxModel
from tercet.frontends.reading import AS_WRITTEN, Reading
from tercet.frontends.sources import OnnxSource, ZooModel, find
from tercet.ir.types import Array

REAL, EXAMPLE = "real", "example"
"""Origins of samples: data given as samples, or the model's `example()`."""
SEED = 1

if TYPE_CHECKING:  # a file is read without torch
    from torch import Tensor, nn


@dataclass(frozen=True)
class Model:
    """A float module, one input to run it on, and samples of its inputs."""

    name: str
    module: "nn.Module | OnnxModel"
    example: "tuple[Tensor, ...]"
    """(1, …), float32, for each input of a module; empty for a file, which has its shapes."""
    samples: tuple[Array, ...]
    """(count, …), in the units of each input; may be empty."""
    labels: tuple[int, ...] = ()
    """The class of every sample, where known."""
    semantics: str = "ideal"
    """The meaning of operator form in a file: "ideal", or "ort" for ONNXRuntime's own float32."""
    origin: str = REAL
    source: str = ""
    """The origin of the samples for messages: a file, `example()` or the zoo."""
    path: Path | None = None
    """The user's file that holds the model; None for the zoo or without a file."""


def resolve(spec: str, reading: Reading = AS_WRITTEN, seed: int = SEED) -> Model:
    """The model that `spec` names; a CaptureError if there is none.

    The user's Python runs under `seed`, so its random numbers are the same each time.
    """
    source = find(spec)
    if isinstance(source, OnnxSource):
        return _from_file(spec, reading)
    reading.require_file(spec)
    if isinstance(source, ZooModel):
        return _from_zoo(spec)
    from tercet.frontends.python import made_by, own_example_of, seeded

    with seeded(seed):
        module = made_by(spec, source.factory())
        shown = own_example_of(spec, module)
    return _model(spec, module, shown, source.file)


def _from_zoo(name: str) -> Model:
    import torch

    from tercet.frontends.python import made_by

    module = made_by(name, zoo.factory(name))
    pixels, labels = zoo.samples(name)
    example = torch.from_numpy(pixels[:1]).float()
    return Model(name, module, (example,), (pixels,), labels, source="the zoo")


def _from_file(spec: str, reading: Reading) -> Model:
    file = onnx.read(Path(spec), reading.input_shape, reading.input_type)
    none = tuple(np.asarray(x)[:0] for x in file.example)
    return Model(file.name, file, (), none, semantics=reading.semantics, path=file.path)


def _model(
    spec: str, module: "nn.Module", shown: "tuple[Tensor, ...] | None", path: Path | None
) -> Model:
    """The model of a module; `shown` is the result of its `example()`, None if it has none."""
    from tercet.frontends.python import noise_for

    examples = noise_for(spec, module) if shown is None else shown
    for example in examples:
        if example.ndim < 2:
            shape = tuple(example.shape)
            raise CaptureError(
                f"{spec}: its example has shape {shape}; wanted a batch, (1, features)"
            )
        if not bool(example.isfinite().all()):
            raise CaptureError(f"{spec}: its example holds values that are not finite")
    count = None if shown is not None else 0
    rows = tuple(np.asarray(example[:count].detach().numpy()) for example in examples)
    first = tuple(example[:1] for example in examples)
    source = "" if shown is None else "example()"
    return Model(_name(spec), module, first, rows, origin=EXAMPLE, source=source, path=path)


def _name(spec: str) -> str:
    """The name of the file or Python module, because factories often share one name."""
    place = spec.rpartition(":")[0]
    return Path(place).stem if place.endswith(".py") else Path(place).name.rpartition(".")[2]
