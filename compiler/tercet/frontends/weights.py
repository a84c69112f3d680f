"""How many weights a user's model has, before anything is known of its layers."""

from math import prod
from typing import TYPE_CHECKING

from tercet.frontends.onnx import OnnxModel

if TYPE_CHECKING:  # a file is looked at without torch
    from torch import nn

LEAST = 2
"""Axes of what is a layer's weights; one axis is a bias, a scale or a gain."""


def weights_of(model: "nn.Module | OnnxModel") -> int:
    """Of every layer, quantized or not, each once."""
    if isinstance(model, OnnxModel):
        shapes = [tuple(stored.proto.dims) for stored in model.constants.values()]
    else:
        shapes = [tuple(parameter.shape) for parameter in model.parameters()]
    return sum(prod(shape) for shape in shapes if len(shape) >= LEAST)
