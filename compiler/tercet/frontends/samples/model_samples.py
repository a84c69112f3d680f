"""A model with the samples of a file, which are checked against the model's inputs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from xdsl.dialects.builtin import Float64Type

from tercet.errors import CaptureError
from tercet.frontends.model import REAL, Model
from tercet.frontends.onnx import OnnxModel
from tercet.frontends.samples.file import ALONE, File, opened
from tercet.ir.types import Array

if TYPE_CHECKING:  # samples for an ONNX file are read without torch
    from torch import nn

CLASSES = "y"
"""Name of the array of classes."""
FOUND = "samples.npz"
"""The name of the samples' file beside a model; MODEL_samples.npz is for one model."""


def with_samples(model: Model, given: Path | None) -> Model:
    """`model` with the samples in `given`, else in the file beside it, else with its own."""
    path = given or _beside(model.path)
    if path is None:
        return model
    try:
        return _with(model, path)
    except CaptureError as error:
        if given is not None:
            raise
        raise CaptureError(
            f"{error} (it lies beside the model; give another by --samples, or rename it)"
        ) from error


def read_labels(path: Path, count: int, where: str) -> tuple[int, ...]:
    """The classes from a separate file: an .npy, or `y` of an .npz."""
    file = opened(path, CLASSES)
    if CLASSES not in file.names:
        raise CaptureError(f"{path}: holds {_list(file.names)}; wanted an array called {CLASSES}")
    return _classes(file, count, where)


def _beside(model: Path | None) -> Path | None:
    if model is None:
        return None
    wanted = (model.with_name(f"{model.stem}_{FOUND}"), model.with_name(FOUND))
    return next((path for path in wanted if path.exists()), None)


@dataclass(frozen=True)
class _Input:
    """The required name, shape and kind of an array."""

    name: str
    shape: tuple[int, ...]
    """The shape without the batch."""
    real: bool


def _inputs(model: Model) -> tuple[_Input, ...]:
    """The inputs of a file, or of a module: the parameters of `forward`, else x0, x1 and so on."""
    if isinstance(model.module, OnnxModel):
        files = model.module.inputs
        return tuple(_Input(x.name, x.shape[1:], isinstance(x.element, Float64Type)) for x in files)
    shown = model.example
    names = tuple(_parameters(model.module))[: len(shown)]
    if len(names) < len(shown):
        names = tuple(f"x{i}" for i in range(len(shown)))
    pairs = zip(names, shown, strict=True)
    return tuple(_Input(n, tuple(x.shape[1:]), x.is_floating_point()) for n, x in pairs)


def _parameters(module: "nn.Module") -> Iterator[str]:
    for name, parameter in signature(module.forward).parameters.items():
        if parameter.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD):
            yield name


def _with(model: Model, path: Path) -> Model:
    inputs, file = _inputs(model), opened(path)
    stored = [_stored(file, one.name, len(inputs)) for one in inputs]
    xs = tuple(_rows(file, name, one) for name, one in zip(stored, inputs, strict=True))
    if len({len(x) for x in xs}) > 1:
        each = ", ".join(f"{len(x)} of {name}" for name, x in zip(stored, xs, strict=True))
        raise CaptureError(f"{path}: holds {each}; wanted as many rows of each input")
    labelled = CLASSES in file.names and CLASSES not in stored
    labels = _classes(file, len(xs[0]), ", ".join(stored)) if labelled else ()
    return replace(model, samples=xs, labels=labels, origin=REAL, source=str(path))


def _stored(file: File, name: str, inputs: int) -> str:
    """The name of an input's array in the file; the only one may be called x."""
    if name in file.names:
        return name
    if inputs == 1 and ALONE in file.names:
        return ALONE
    wanted = f"an array called {ALONE}" if inputs == 1 else f"one for each input, {name} too"
    raise CaptureError(f"{file.path}: holds {_list(file.names)}; wanted {wanted}")


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"


def _rows(file: File, name: str, wanted: _Input) -> Array:
    """An array of the kind and shape of the model's input, batch first.

    Reals are rounded to float32, the model's input type.
    """
    x, where, shape = file.array(name), f"{file.path}: {name}", wanted.shape
    kinds, kind = ("fiu", "numbers") if wanted.real else ("iu", "whole numbers")
    if not isinstance(x, np.ndarray) or x.dtype.kind not in kinds:
        held = x.dtype if isinstance(x, np.ndarray) else "no array"
        raise CaptureError(f"{where} holds {held}; wanted {kind} in the model's own units")
    if x.shape == shape:
        raise CaptureError(
            f"{where} has shape {x.shape}, that of one input; put the batch first, as x[None]"
        )
    if x.ndim == 0 or x.shape[1:] != shape:
        raise CaptureError(
            f"{where} has rows of shape {x.shape[1:]}; the model's input wants {shape}"
        )
    if not len(x):
        raise CaptureError(f"{where} has no rows; wanted one for each input")
    if not wanted.real:
        return x.astype(np.int64)
    with np.errstate(over="ignore"):
        rounded = x.astype(np.float32)
    if not (finite := np.isfinite(rounded)).all():
        place = ", ".join(str(i) for i in np.argwhere(~finite)[0])
        raise CaptureError(
            f"{where}[{place}] is {x.flat[int(np.argmin(finite))]}; wanted finite float32, so "
            "remove those rows"
        )
    return rounded.astype(np.float64)


def _classes(file: File, count: int, of: str) -> tuple[int, ...]:
    y = file.array(CLASSES)
    if not isinstance(y, np.ndarray) or y.dtype.kind not in "iu" or y.shape != (count,):
        held = f"{y.dtype} of shape {y.shape}" if isinstance(y, np.ndarray) else "no array"
        raise CaptureError(
            f"{file.path}: {CLASSES} is {held}; wanted one whole number, the class, for each of "
            f"the {count} rows of {of}"
        )
    return tuple(int(label) for label in y)
