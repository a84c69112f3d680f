"""The number of weights of a user's model, counted before its layers are converted."""

from math import prod
from typing import TYPE_CHECKING

from tercet.frontends.onnx import OnnxModel

if TYPE_CHECKING:  # a file is looked at without torch
    from torch import nn

LEAST = 2
"""The fewest axes of a layer's weights; one axis is a bias, a scale or a gain."""


def weights_of(model: "nn.Module | OnnxModel") -> int:
    """The number of weights of all layers, quantized or not; shared ones count once."""
    if isinstance(model, OnnxModel):
        shapes = [tuple(stored.proto.dims) for stored in model.constants.values()]
    else:
        shapes = [tuple(parameter.shape) for parameter in model.parameters()]
    return sum(prod(shape) for shape in shapes if len(shape) >= LEAST)
