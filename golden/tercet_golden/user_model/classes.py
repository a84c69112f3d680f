"""The class that an executor gives each input: the index of its greatest output."""

from collections.abc import Mapping, Sequence
from copy import deepcopy

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from xdsl.dialects.builtin import ModuleOp

from tercet.errors import CaptureError
from tercet.frontends import Model
from tercet.frontends.onnx import OnnxModel
from tercet.ir.host.boundary import reals
from tercet.ir.module import outputs_of
from tercet.ir.names import value_names
from tercet.ir.types import Array, IntArray, shape_of
from tercet_golden.user_model import file_run
from tercet_golden.user_model.torch_run import tensors

ROWS = 64
"""Inputs that a module runs at once."""


def of_scores(scores: npt.NDArray[np.generic]) -> IntArray:
    """The classes (count,) from scores (count, classes); integers (count,) are classes already."""
    rows = scores.reshape(len(scores), -1)
    if rows.shape[1] == 1 and np.issubdtype(rows.dtype, np.integer):
        return rows[:, 0].astype(np.int64)
    greatest: IntArray = rows.argmax(axis=1)
    return greatest


def of_integers(module: ModuleOp, values: Mapping[str, IntArray]) -> IntArray:
    """The classes of a run of the integer network, whose outputs are among `values`."""
    names = value_names(module)
    first, *_ = reals(module, *(values[names[value]] for value in outputs_of(module)))
    return of_scores(first)


def of_model(model: Model, xs: Sequence[Array]) -> IntArray:
    """The classes that the user's own module, in float32, or file gives its samples `xs`."""
    if isinstance(model.module, OnnxModel):
        (name, *_) = model.module.outputs
        return of_scores(file_run.run(model.module, xs, [name])[name])
    return of_module(model.module, xs)


def of_module(module: nn.Module, xs: Sequence[Array]) -> IntArray:
    """The classes that a module, in float32, gives its samples `xs`."""
    network = deepcopy(module).cpu().eval().float()
    inputs = [torch.from_numpy(x) for x in xs]
    whole = [x.float() if x.is_floating_point() else x for x in inputs]
    parts = zip(*(torch.split(x, ROWS) for x in whole), strict=True)
    with torch.no_grad():
        found = [_scores(network(*part)) for part in parts]
    return of_scores(torch.cat(found).numpy())


def _scores(result: object) -> Tensor:
    first, *_ = tensors(result)
    return first


def require(labels: Sequence[int], module: ModuleOp, source: str) -> None:
    """Refuse labels that are no classes of the network's first output."""
    zeros = (np.zeros(shape_of(value), np.int64) for value in outputs_of(module))
    first, *_ = reals(module, *zeros)
    size = first.size
    if size == 1 and np.issubdtype(first.dtype, np.integer):
        return
    if first.ndim < 2 or size != first.shape[1] or size < 2:
        shape = tuple(first.shape[1:])
        raise CaptureError(
            f"{source}: has classes y, but the model's output for one input has shape {shape}; "
            "wanted one score for each class, so leave y out"
        )
    if strange := [label for label in labels if not 0 <= label < size]:
        raise CaptureError(
            f"{source}: y holds the class {strange[0]}; the model has {size} scores, of classes 0 "
            f"to {size - 1}"
        )
