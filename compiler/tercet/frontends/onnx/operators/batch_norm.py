"""Batch normalization with its trained statistics."""

import numpy as np

from tercet.frontends.onnx.builder import OnnxBuilder, Value, real, reals
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.registry import converts
from tercet.ir.types import shape_of
from tercet.ops.real.batch_norm import BatchNorm

PARTS = ("scale", "bias", "mean", "variance")


@converts("BatchNormalization", note="in evaluation mode, with statistics for each channel")
def batch_norm(builder: OnnxBuilder, node: Node, x: Value, *parameters: Value) -> Value:
    if node.integer("training_mode", 0):
        raise node.unsupported("is in training mode", way_out="export the model in evaluation mode")
    if not node.integer("spatial", 1):
        raise node.unsupported("has statistics for each element", wanted="one for each channel")
    source = real(node, x)
    channels, *spatial = shape_of(source)[1:]
    found = []
    for part, value in zip(PARTS, parameters, strict=True):
        values = reals(node, value, part)
        if values.shape != (channels,):
            raise node.broken(f"its {part} has shape {values.shape}", wanted=f"({channels},)")
        found.append(values.reshape(channels, *[1] * len(spatial)))
    epsilon = node.real("epsilon", float(np.float32(1e-5)))
    if not (found[3] + epsilon > 0).all():
        raise node.broken("its variance + epsilon is not above zero", wanted="trained statistics")
    gain, offset, mean, variance = found
    op = BatchNorm(source, gain, offset, mean, variance, epsilon, layer=node.name)
    return builder.add(node, op)
