"""The model from a factory in a Python file or package; its errors become one sentence."""

import importlib
import importlib.util
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tercet.errors import CaptureError, UsageError
from tercet.frontends.importing import importable
from tercet.frontends.unwrap import unwrapped

Factory = Callable[[], Any]
SHAPELESS = nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.RNNBase, nn.Embedding
"""Layers that do not determine the shape of their input."""


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """A context in which torch, numpy and random draw from `seed`."""
    before = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=()):
        random.seed(seed)
        np.random.seed(seed % 2**32)
        torch.manual_seed(seed)
        try:
            yield
        finally:
            random.setstate(before[0])
            np.random.set_state(before[1])


def factory_from_file(place: str, attribute: str) -> Factory:
    """`attribute` of the Python file at `place`."""
    path = Path(place)
    name = f"tercet_user_{path.resolve().parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{place}: not a Python file; wanted file.py:Class")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with importable(path.resolve().parent):
            spec.loader.exec_module(module)
    except Exception as error:
        raise CaptureError(f"{place}: cannot be imported: {_first(error)}") from error
    return _attribute(module, place, attribute)


def factory_from_module(place: str, attribute: str) -> Factory:
    """`attribute` of the importable module `place`."""
    try:
        with importable(Path.cwd()):
            module = importlib.import_module(place)
    except ModuleNotFoundError as error:
        raise CaptureError(
            f"{place}: no such Python module ({_first(error)}); wanted package.module:factory"
        ) from error
    except Exception as error:
        raise CaptureError(f"{place}: cannot be imported: {_first(error)}") from error
    return _attribute(module, place, attribute)


def _attribute(module: ModuleType, place: str, attribute: str) -> Factory:
    found = getattr(module, attribute, None)
    if isinstance(found, nn.Module):
        return lambda: found
    if not callable(found):
        raise CaptureError(
            f"{place}: has no class, factory or module named {attribute}; wanted something that "
            "makes a torch.nn.Module when called"
        )
    made: Factory = found
    return made


def made_by(spec: str, factory: Factory) -> nn.Module:
    """The module that the factory makes, without wrappers around it, set to evaluation."""
    try:
        made = factory()
    except Exception as error:
        raise CaptureError(f"{spec}: fails when called: {_first(error)}") from error
    if not isinstance(made, nn.Module):
        raise CaptureError(f"{spec}: makes {type(made).__name__}; wanted a torch.nn.Module")
    return unwrapped(made).eval()


def own_example_of(spec: str, module: nn.Module) -> tuple[Tensor, ...] | None:
    """The inputs that the module's method `example()` returns; None without such a method."""
    own = getattr(module, "example", None)
    if not callable(own):
        return None
    try:
        made = own()
    except Exception as error:
        raise CaptureError(f"{spec}: example() fails: {_first(error)}") from error
    return _tensors(spec, made)


def noise_for(spec: str, module: nn.Module) -> tuple[Tensor, ...]:
    """One random input, as wide as the linear layer that the module begins with."""
    for name, layer in module.named_modules():
        if isinstance(layer, nn.Linear):
            noise = torch.Generator().manual_seed(0)
            return (torch.rand((1, layer.in_features), generator=noise),)
        if isinstance(layer, SHAPELESS):
            kind = type(layer).__name__
            raise CaptureError(
                f"{spec}: begins with {name or 'itself'}, a {kind}, which does not tell the "
                "input's shape; give the model a method example() that returns one input"
            )
    raise CaptureError(
        f"{spec}: has no linear layer to tell its input's shape; give it a method example() that "
        "returns one input"
    )


def _tensors(spec: str, example: object) -> tuple[Tensor, ...]:
    """The inputs as tensors, one or several; floats in float32."""
    rows = isinstance(example, list) and _of_numbers(example)  # one input
    found = example if isinstance(example, list | tuple) and not rows else (example,)
    return tuple(_tensor(spec, one) for one in found)


def _tensor(spec: str, one: object) -> Tensor:
    """An input as a tensor, from a tensor, a numpy array or nested lists of numbers."""
    try:
        rows = isinstance(one, list | tuple) and _of_numbers(one)
        if not rows and not isinstance(one, Tensor | np.ndarray):
            raise TypeError
        made = one if isinstance(one, Tensor) else torch.from_numpy(np.array(one))
    except (TypeError, ValueError) as error:
        raise CaptureError(
            f"{spec}: example() gives {type(one).__name__}; wanted a Tensor or an array of numbers,"
            " or a tuple of them for several inputs"
        ) from error
    return made.float() if made.is_floating_point() else made


def _of_numbers(one: object) -> bool:
    """Whether `one` is a number or nested lists of numbers."""
    if isinstance(one, list | tuple):
        return all(map(_of_numbers, one))
    return isinstance(one, int | float | np.number)


def _first(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
