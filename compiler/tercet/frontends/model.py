"""What the user named: a zoo model, package.module:factory or file.py:Class."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from tercet.errors import CaptureError, UnsupportedError, UsageError
from tercet.frontends import zoo
from tercet.frontends.python import example_of, factory_from_file, factory_from_module, made_by
from tercet.ir.types import FloatArray


@dataclass(frozen=True)
class Model:
    """A float module, one input to run it on, and real data."""

    name: str
    module: nn.Module
    example: Tensor
    """(1, …), float32."""
    samples: FloatArray
    """(count, …), in the units of the module's input; may be empty."""
    labels: tuple[int, ...] = ()
    """The class of every sample, where known."""


def resolve(spec: str) -> Model:
    """The model behind `spec`; one clear sentence where there is none."""
    if spec.endswith(".onnx"):
        raise UnsupportedError(
            f"{spec}: the ONNX front end is not there yet; give the Brevitas module that it came "
            "from, as file.py:Class or package.module:factory"
        )
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
    return Model(name, module, torch.from_numpy(pixels[:1]).float(), pixels, labels)


def _model(spec: str, module: nn.Module, example: Tensor) -> Model:
    if example.ndim < 2:
        shape = tuple(example.shape)
        raise CaptureError(f"{spec}: its example has shape {shape}; wanted a batch, (1, features)")
    rows = example.detach().double().numpy().astype(np.float64)
    return Model(spec.rpartition(":")[2], module, example[:1].float(), rows)
