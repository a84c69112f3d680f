"""Damage to ONNX files, and the rule that every one is answered by a sentence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import helper
from tests.helpers.onnx.graphs import QONNX, Constant, model, node

from tercet.errors import TercetError
from tercet.frontends import onnx as frontend


def answer(path: Path) -> str | None:
    """What is said about the file at `path`; None where it is taken."""
    try:
        frontend.load(frontend.read(path))
    except TercetError as error:
        text = str(error)
        assert "\n" not in text, text
        assert len(text) < 500, text
        return text
    return None


def sound() -> onnx.ModelProto:
    """A network with one of each: QONNX, QDQ, convolution, pool, shape arithmetic, dense layer."""
    rng = np.random.default_rng(4)
    nodes = [
        node("Quant", ["x", "s", "z", "bits"], ["a"], domain=QONNX, signed=1, narrow=1),
        node("DequantizeLinear", ["w1", "sw"], ["w"], axis=0),
        node("Conv", ["a", "w", "b1"], ["c"], pads=[1, 1, 1, 1], auto_pad="NOTSET"),
        node("BatchNormalization", ["c", "gain", "b1", "b1", "gain"], ["n"]),
        node("Relu", ["n"], ["r"]),
        node("QuantizeLinear", ["r", "s", "zp"], ["q"]),
        node("DequantizeLinear", ["q", "s", "zp"], ["d"]),
        node("MaxPool", ["d"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Shape", ["p"], ["shape"]),
        node("Gather", ["shape", "first"], ["batch"], axis=0),
        node("Concat", ["batch", "rest"], ["target"], axis=0),
        node("Reshape", ["p", "target"], ["f"]),
        node("Gemm", ["f", "w2", "b2"], ["g"], transB=1, alpha=0.5),
        node("Mul", ["g", "k"], ["y"]),
    ]
    constants: dict[str, Constant] = {
        "s": np.float32(0.25),
        "z": np.float32(0),
        "bits": np.float32(4),
        "w1": rng.integers(-7, 8, (4, 2, 3, 3)).astype(np.int8),
        "sw": np.asarray([0.5, 0.25, 0.125, 0.75], np.float32),
        "b1": rng.normal(size=4).astype(np.float32),
        "gain": np.abs(rng.normal(size=4)).astype(np.float32),
        "zp": np.uint8(3),
        "first": np.asarray([0]),
        "rest": np.asarray([-1]),
        "w2": rng.integers(-1, 2, (3, 16)).astype(np.float32),
        "b2": rng.normal(size=3).astype(np.float32),
        "k": np.float32(2),
    }
    return model(nodes, {"x": ("N", 2, 4, 4)}, constants, opset=17)


Damage = Callable[[onnx.ModelProto], object]


def constant(proto: onnx.ModelProto, name: str) -> onnx.TensorProto:
    found: onnx.TensorProto = next(c for c in proto.graph.initializer if c.name == name)
    return found


def of_kind(proto: onnx.ModelProto, kind: str) -> onnx.NodeProto:
    found: onnx.NodeProto = next(n for n in proto.graph.node if n.op_type == kind)
    return found


def attribute(proto: onnx.ModelProto, kind: str, name: str, value: object) -> None:
    """Give a node another value of an attribute, or one of another type."""
    found = of_kind(proto, kind)
    for old in [a for a in found.attribute if a.name == name]:
        found.attribute.remove(old)
    found.attribute.append(helper.make_attribute(name, value))
