"""What the user named: a zoo model, package.module:factory, file.py:Class or file.onnx."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from tercet.errors import CaptureError, UsageError
from tercet.frontends import onnx, zoo
from tercet.frontends.onnx import OnnxModel
from tercet.frontends.python import (
    factory_from_file,
    factory_from_module,
    file_of,
    made_by,
    noise_for,
    own_example_of,
    seeded,
)
from tercet.frontends.reading import AS_WRITTEN, Reading
from tercet.ir.types import Array

REAL, EXAMPLE = "real", "example"
"""Where samples come from: data that somebody gave as such, or the model's own `example()`."""
SEED = 1


@dataclass(frozen=True)
class Model:
    """A float module, one input to run it on, and samples of its inputs."""

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
    origin: str = REAL
    source: str = ""
    """Of the samples, for a person: a file, `example()` or the zoo."""
    path: Path | None = None
    """The user's file that the model is in; None where there is none, and for the zoo."""


def resolve(spec: str, reading: Reading = AS_WRITTEN, seed: int = SEED) -> Model:
    """The model behind `spec`; one clear sentence where there is none.

    The user's Python runs under `seed`, so that what it draws is the same each time.
    """
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
    with seeded(seed):
        factory = (factory_from_file if from_file else factory_from_module)(place, attribute)
        module = made_by(spec, factory)
        shown = own_example_of(spec, module)
    path = Path(place) if from_file else file_of(place)
    return _model(spec, module, shown, path)


def _from_zoo(name: str) -> Model:
    known = zoo.names()
    if name not in known:
        raise CaptureError(
            f"there is no model {name!r}; the zoo has {', '.join(known)}, and a model of your own "
            "is file.py:Class or package.module:factory"
        )
    module = made_by(name, zoo.factory(name))
    pixels, labels = zoo.samples(name)
    example = torch.from_numpy(pixels[:1]).float()
    return Model(name, module, (example,), (pixels,), labels, source="the zoo")


def _from_file(spec: str, reading: Reading) -> Model:
    file = onnx.read(Path(spec), reading.input_shape, reading.input_type)
    example = tuple(torch.from_numpy(np.asarray(x)) for x in file.example)
    none = tuple(np.asarray(x)[:0] for x in file.example)
    return Model(file.name, file, example, none, semantics=reading.semantics, path=file.path)


def _model(
    spec: str, module: nn.Module, shown: tuple[Tensor, ...] | None, path: Path | None
) -> Model:
    """`shown`: what the model's `example()` returned; noise that stands in for it is no sample."""
    examples = noise_for(spec, module) if shown is None else shown
    for example in examples:
        if example.ndim < 2:
            shape = tuple(example.shape)
            raise CaptureError(
                f"{spec}: its example has shape {shape}; wanted a batch, (1, features)"
            )
        if not bool(torch.isfinite(example).all()):
            raise CaptureError(f"{spec}: its example holds values that are not finite")
    count = None if shown is not None else 0
    rows = tuple(np.asarray(example[:count].detach().numpy()) for example in examples)
    first = tuple(example[:1] for example in examples)
    source = "" if shown is None else "example()"
    name = spec.rpartition(":")[2]
    return Model(name, module, first, rows, origin=EXAMPLE, source=source, path=path)
