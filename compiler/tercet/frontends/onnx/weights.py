"""Quantized constants as the weights and biases of a layer."""

import numpy as np

from tercet.frontends.integers import Integers
from tercet.frontends.onnx.builder import Value, reals
from tercet.frontends.onnx.node import Node
from tercet.ir.interval import Interval
from tercet.ir.types import SI8, FloatArray

WIDTH = Interval.of(SI8)


def weights(node: Node, value: Value) -> Integers:
    """Weights of up to 8 bits; integers in a float tensor count as weights of scale 1."""
    if isinstance(value, Integers):
        found = value
    else:
        values = reals(node, value, "weight")
        if not np.array_equal(values, np.rint(values)):
            raise node.unsupported(
                "its weights are floats",
                way_out=(
                    "quantize the file first, with "
                    "onnxruntime.quantization.quantize_static, "
                    f"quant_format=QuantFormat.QDQ and {node.kind} among op_types_to_quantize, "
                    "so that a DequantizeLinear (or a Quant node) stands in front of this "
                    "one"
                ),
            )
        found = Integers(np.clip(values, -(2**31), 2**31).astype(np.int64), np.ones(()))
    low, high = int(found.values.min(initial=0)), int(found.values.max(initial=0))
    if not WIDTH.holds(Interval(low, high)):
        raise node.unsupported(
            f"its weights less their zero point reach from {low} to {high}, which is more than 8 "
            "bits",
            way_out=(
                "quantize them symmetrically, with a zero point of 0 (quantize_static "
                "of the float file after quant_pre_process, with "
                "weight_type=QuantType.QInt8 and no WeightSymmetric=False in "
                "extra_options)"
            ),
        )
    return found


def per_output(node: Node, value: Integers, axis: int) -> FloatArray:
    """The scales of weights: one, or one for each output, which are indices of `axis`."""
    scale, shape = value.scale, value.values.shape
    if scale.size == 1:
        return scale.reshape(())
    spread = np.broadcast_to(scale, shape).swapaxes(0, axis).reshape(shape[axis], -1)
    if not (spread == spread[:, :1]).all():
        raise node.unsupported(
            f"its weights of shape {shape} have scales of shape {scale.shape}",
            wanted=f"one, or one for each of the {shape[axis]} outputs",
        )
    return spread[:, 0].copy()


def bias(node: Node, value: Value, outputs: int) -> tuple[FloatArray | None, FloatArray | None]:
    """The bias of a layer, one for each output, and its scale if it is quantized."""
    if value is None:
        return None, None
    if isinstance(value, Integers):
        scale = value.scale.reshape(-1) if value.scale.size > 1 else value.scale.reshape(())
        return _each(node, value.values.astype(np.float64), outputs), scale
    return _each(node, reals(node, value, "bias"), outputs), None


def _each(node: Node, values: FloatArray, outputs: int) -> FloatArray:
    if values.size not in (1, outputs) or values.size != max(values.shape[-1:], default=1):
        raise node.unsupported(
            f"its bias has shape {values.shape}", wanted=f"one for each of the {outputs} outputs"
        )
    return np.broadcast_to(values.reshape(-1), (outputs,)).copy()
