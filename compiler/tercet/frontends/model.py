"""What the user named: a zoo model, package.module:factory, file.py:Class or file.onnx."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from tercet.errors import CaptureError, UsageError
from tercet.frontends import onnx, zoo
from tercet.frontends.onnx import OnnxModel
from tercet.frontends.python import example_of, factory_from_file, factory_from_module, made_by
from tercet.frontends.reading import AS_WRITTEN, Reading
from tercet.ir.types import Array


@dataclass(frozen=True)
class Model:
    """A float module, one input to run it on, and real data."""

    name: str
    module: nn.Module | OnnxModel
    example: tuple[Tensor, ...]
    """(1, …), float32, one for each input."""
    samples: tuple[Array, ...]
    """(count, …), in the units of each input; may be empty."""
    labels: tuple[int, ...] = ()
    """The class of every sample, where known."""
    semantics: str = "ideal"
    """Of a file in operator form: "ideal", or "ort" for ONNXRuntime's own float32."""


def resolve(spec: str, reading: Reading = AS_WRITTEN) -> Model:
    """The model behind `spec`; one clear sentence where there is none."""
    if spec.endswith(".onnx"):
        return _from_file(spec, reading)
    if reading != AS_WRITTEN:
        raise UsageError(f"{spec}: an input type and --semantics are for .onnx files")
    place, colon, attribute = spec.partition(":")
    if not colon:
        return _from_zoo(spec)
    if not place or not attribute.isidentifier():
        raise UsageError(
            f"{spec!r} names no model; wanted a zoo name, package.module:factory or file.py:Class"
        )
    from_file = place.endswith(".py") or "/" in place
    factory = (factory_from_file if from_file else factory_from_module)(place, attribute)
    module = made_by(spec, factory)
    return _model(spec, module, example_of(spec, module))


def _from_zoo(name: str) -> Model:
    known = zoo.names()
    if name not in known:
        raise CaptureError(
            f"there is no model {name!r}; the zoo has {', '.join(known)}, and a model of your own "
            "is file.py:Class or package.module:factory"
        )
    module = made_by(name, zoo.factory(name))
    pixels, labels = zoo.samples(name)
    return Model(name, module, (torch.from_numpy(pixels[:1]).float(),), (pixels,), labels)


def _from_file(spec: str, reading: Reading) -> Model:
    file = onnx.read(Path(spec), reading.input_shape, reading.input_type)
    example = tuple(torch.from_numpy(np.asarray(x)) for x in file.example)
    none = tuple(np.asarray(x)[:0] for x in file.example)
    return Model(file.name, file, example, none, semantics=reading.semantics)


def _model(spec: str, module: nn.Module, examples: tuple[Tensor, ...]) -> Model:
    for example in examples:
        if example.ndim < 2:
            shape = tuple(example.shape)
            raise CaptureError(
                f"{spec}: its example has shape {shape}; wanted a batch, (1, features)"
            )
    rows = tuple(np.asarray(example.detach().numpy()) for example in examples)
    return Model(_name(spec), module, tuple(example[:1] for example in examples), rows)


def _name(spec: str) -> str:
    """As the file or the Python module is called: factories are often all called alike."""
    place = spec.rpartition(":")[0]
    return Path(place).stem if place.endswith(".py") else Path(place).name.rpartition(".")[2]
