"""The model that the user named, ready to be captured."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tercet.errors import CaptureError
from tercet.frontends import onnx, zoo
from tercet.frontends.onnx import OnnxModel
from tercet.frontends.reading import AS_WRITTEN, Reading
from tercet.frontends.sources import OnnxFile, ZooModel, find
from tercet.ir.types import Array

if TYPE_CHECKING:  # a file is read without torch
    from torch import Tensor, nn


@dataclass(frozen=True)
class Model:
    """A float module, one input to run it on, and real data."""

    name: str
    module: "nn.Module | OnnxModel"
    example: "tuple[Tensor, ...]"
    """(1, …), float32, one for each input of a module; none of a file, which tells its shapes."""
    samples: tuple[Array, ...]
    """(count, …), in the units of each input; may be empty."""
    labels: tuple[int, ...] = ()
    """The class of every sample, where known."""
    semantics: str = "ideal"
    """Of a file in operator form: "ideal", or "ort" for ONNXRuntime's own float32."""


def resolve(spec: str, reading: Reading = AS_WRITTEN) -> Model:
    """The model behind `spec`; one clear sentence where there is none."""
    source = find(spec)
    if isinstance(source, OnnxFile):
        return _from_file(spec, reading)
    reading.require_file(spec)
    if isinstance(source, ZooModel):
        return _from_zoo(spec)
    from tercet.frontends.python import example_of, made_by

    module = made_by(spec, source.factory())
    return _model(spec, module, example_of(spec, module))


def _from_zoo(name: str) -> Model:
    import torch

    from tercet.frontends.python import made_by

    module = made_by(name, zoo.factory(name))
    pixels, labels = zoo.samples(name)
    return Model(name, module, (torch.from_numpy(pixels[:1]).float(),), (pixels,), labels)


def _from_file(spec: str, reading: Reading) -> Model:
    file = onnx.read(Path(spec), reading.input_shape, reading.input_type)
    none = tuple(np.asarray(x)[:0] for x in file.example)
    return Model(file.name, file, (), none, semantics=reading.semantics)


def _model(spec: str, module: "nn.Module", examples: "tuple[Tensor, ...]") -> Model:
    for example in examples:
        if example.ndim < 2:
            shape = tuple(example.shape)
            raise CaptureError(
                f"{spec}: its example has shape {shape}; wanted a batch, (1, features)"
            )
    rows = tuple(np.asarray(example.detach().numpy()) for example in examples)
    return Model(spec.rpartition(":")[2], module, tuple(example[:1] for example in examples), rows)
