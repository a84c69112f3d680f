"""A constant is one wherever it comes from: an initializer, a node, a chain of nodes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import NodeProto, helper, numpy_helper
from tests.helpers.onnx.graphs import QONNX, Array, Constant, model, node, runtime, saved, tercet
from tests.helpers.onnx.proven import proven, varied

from tercet.frontends import onnx as frontend
from tercet.ir.module import steps_of
from tercet.ops.real.conv import RealConv
from tercet.ops.real.linear import RealLinear

ZERO, EIGHTH, HALF = np.int8(0), np.float32(0.125), np.float32(0.5)
QDQ = (
    node("QuantizeLinear", ["x", "half", "zero"], ["xq"]),
    node("DequantizeLinear", ["xq", "half", "zero"], ["a"]),
)
LAST = (
    node("QuantizeLinear", ["s", "half", "zero"], ["q"]),
    node("DequantizeLinear", ["q", "half", "zero"], ["y"]),
)


def made(name: str, values: Any) -> NodeProto:
    """A node Constant."""
    return node("Constant", [], [name], value=numpy_helper.from_array(np.asarray(values)))


def quantized(name: str) -> list[NodeProto]:
    """`name` through a quantizer of its own, to c."""
    return [
        node("QuantizeLinear", [name, "eighth", "zero"], ["cq"]),
        node("DequantizeLinear", ["cq", "eighth", "zero"], ["c"]),
    ]


BYTES = np.asarray([3, -4, 5, 0, 7, -8], np.int8)
ADDENDS: Mapping[str, Sequence[NodeProto]] = {
    "scalar": [made("k", np.float32(0.7)), *quantized("k")],
    "vector": [made("k", varied(6)), *quantized("k")],
    "plain": [made("c", varied(6))],
    "identity": [made("k", np.float32(0.7)), node("Identity", ["k"], ["i"]), *quantized("i")],
    "value_float": [node("Constant", [], ["k"], value_float=0.7), *quantized("k")],
    "value_floats": [
        node("Constant", [], ["k"], value_floats=[0.7, -1, 2, 3, 0.1, 1]),
        *quantized("k"),
    ],
    "filled": [
        made("n", np.asarray([6])),
        node("ConstantOfShape", ["n"], ["k"], value=helper.make_tensor("", 1, [1], [0.7])),
        *quantized("k"),
    ],
    "shape of the layer": [
        node("Shape", ["a"], ["n"]),
        node("Cast", ["n"], ["k"], to=1),
        node("ReduceMax", ["k"], ["m"], keepdims=0),
        *quantized("m"),
    ],
    "arithmetic": [
        made("k", varied(2, 3)),
        made("l", np.asarray([3, 2])),
        node("Transpose", ["k"], ["t"]),
        node("Reshape", ["t", "l"], ["r"]),
        node("Mul", ["r", "half"], ["m"]),
        node("Flatten", ["m"], ["f"], axis=0),
        node("Clip", ["f", "low"], ["p"]),
        *quantized("p"),
    ],
    "quantized and moved": [
        made("k", BYTES.reshape(1, 6)),
        node("DequantizeLinear", ["k", "eighth", "zero"], ["d"]),
        made("n", np.asarray([6])),
        node("Reshape", ["d", "n"], ["r"]),
        *quantized("r"),
    ],
    "quantized scalar": [
        made("k", np.int8(5)),
        node("DequantizeLinear", ["k", "eighth", "zero"], ["c"]),
    ],
    "sums of all": [
        made("k", varied(6)),
        node("Sum", ["k", "k", "half"], ["t"]),
        node("Softmax", ["t"], ["c"]),
    ],
    "one hot": [
        made("k", np.asarray([2])),
        made("n", np.asarray(6)),
        made("v", np.asarray([0.25, 2], np.float32)),
        node("OneHot", ["k", "n", "v"], ["c"]),
    ],
    "padded": [
        made("k", np.asarray([1, 2, 3], np.float32)),
        made("p", np.asarray([1, 2])),
        node("Pad", ["k", "p"], ["c"]),
    ],
}
CONSTANTS: Mapping[str, Constant] = {
    "half": HALF,
    "eighth": EIGHTH,
    "zero": ZERO,
    "low": np.float32(-0.3),
}


@pytest.mark.parametrize("form", ADDENDS)
def test_an_addend_may_come_of_constant_nodes(form: str, tmp_path: Path) -> None:
    nodes = [*QDQ, *ADDENDS[form], node("Add", ["a", "c"], ["s"]), *LAST]
    path = saved(tmp_path, model(nodes, {"x": (1, 6)}, CONSTANTS))
    x = varied(1, 6) * 9
    np.testing.assert_array_equal(tercet(path, x)[0], runtime(path, {"x": x})[0])
    proven(path)


def dense(nodes: Sequence[NodeProto], constants: Mapping[str, Constant]) -> Any:
    return model(
        [*QDQ, *nodes, node("MatMul", ["a", "w"], ["s"]), *LAST],
        {"x": (1, 6)},
        {**CONSTANTS, **constants},
    )


W = np.random.default_rng(3).integers(-7, 8, (6, 4)).astype(np.int8)
STEPS = np.asarray([0.5, 0.25, 0.75, 0.375], np.float32)
WEIGHTS: Mapping[str, tuple[Sequence[NodeProto], Array]] = {
    "node": (
        [made("k", W), node("DequantizeLinear", ["k", "steps", "zeros"], ["w"], axis=1)],
        W * STEPS,
    ),
    "transposed": (
        [
            made("k", W.T),
            node("DequantizeLinear", ["k", "steps", "zeros"], ["d"], axis=0),
            node("Transpose", ["d"], ["w"]),
        ],
        W * STEPS,
    ),
    "cast": (
        [
            made("k", W),
            node("DequantizeLinear", ["k", "steps", "zeros"], ["d"], axis=1),
            node("Cast", ["d"], ["w"], to=1),
        ],
        W * STEPS,
    ),
    "negated": (
        [
            made("k", W),
            node("DequantizeLinear", ["k", "steps", "zeros"], ["d"], axis=1),
            node("Neg", ["d"], ["w"]),
        ],
        -W * STEPS,
    ),
    "scaled by a column of both signs": (
        [
            made("k", W),
            made("f", np.asarray([1, -2, 0.5, -0.25], np.float32)),
            node("DequantizeLinear", ["k", "eighth", "zero"], ["d"]),
            node("Mul", ["f", "d"], ["w"]),
        ],
        W * np.asarray([1, -2, 0.5, -0.25]) * 0.125,
    ),
    "joined": (
        [
            made("k", W[:, :1]),
            made("l", W[:, 1:]),
            node("DequantizeLinear", ["k", "eighth", "zero"], ["d"]),
            node("DequantizeLinear", ["l", "half", "zero"], ["e"]),
            node("Concat", ["d", "e"], ["w"], axis=1),
        ],
        W * np.asarray([0.125, 0.5, 0.5, 0.5]),
    ),
    "parted": (
        [
            made("k", np.concatenate([W, W], 1)),
            node("DequantizeLinear", ["k", "eighth", "zero"], ["d"]),
            node("Split", ["d"], ["unused", "w"], axis=1),
        ],
        W * 0.125,
    ),
}


@pytest.mark.parametrize("form", WEIGHTS)
def test_weights_stay_integers_through_constant_nodes(form: str, tmp_path: Path) -> None:
    nodes, reals = WEIGHTS[form]
    constants: Mapping[str, Constant] = {"steps": STEPS, "zeros": np.zeros(4, np.int8)}
    path = saved(tmp_path, dense(nodes, constants))
    (layer,) = (
        s for s in steps_of(frontend.load(frontend.read(path))) if isinstance(s, RealLinear)
    )
    assert np.abs(layer.weights()).max() <= 7
    proven(path)
    x = varied(1, 6) * 9
    a = np.clip(np.rint(x / 0.5), -128, 127) * 0.5
    wanted = np.clip(np.rint((a @ reals.astype(np.float64)) / 0.5), -128, 127) * 0.5
    np.testing.assert_array_equal(tercet(path, x)[0], wanted)


def test_what_a_quantizer_is_given_may_be_computed_too(tmp_path: Path) -> None:
    """Scale, zero point and bit width."""
    nodes = [
        made("k", np.float32(0.25)),
        node("Mul", ["k", "two"], ["scale"]),
        node("Sub", ["two", "two"], ["z"]),
        node("Add", ["two", "two"], ["bits"]),
        node("Quant", ["x", "scale", "z", "bits"], ["q"], domain=QONNX, signed=1, narrow=0),
        node("Quant", ["q", "two", "z", "bits"], ["y"], domain=QONNX, signed=1, narrow=0),
    ]
    constants: Mapping[str, Constant] = {"two": np.float32(2)}
    path = saved(tmp_path, model(nodes, {"x": (1, 6)}, constants, outputs={"y": (1, 6)}))
    x = varied(1, 6) * 3
    q = np.clip(np.rint(x * 2), -8, 7) / 2
    np.testing.assert_array_equal(tercet(path, x)[0], np.clip(np.rint(q / 2), -8, 7) * 2)
    proven(path)


def test_weights_of_a_convolution_may_be_turned(tmp_path: Path) -> None:
    """As a converter of channels-last files leaves them."""
    ints = np.random.default_rng(4).integers(-7, 8, (3, 2, 2, 5)).astype(np.int8)
    nodes = [
        *QDQ,
        made("k", ints),
        node("DequantizeLinear", ["k", "steps", "zeros"], ["d"], axis=3),
        node("Transpose", ["d"], ["w"], perm=[3, 2, 0, 1]),
        node("Conv", ["a", "w"], ["s"], kernel_shape=[3, 2]),
        *LAST,
    ]
    steps = np.abs(varied(5)) + np.float32(0.1)
    constants = {**CONSTANTS, "steps": steps, "zeros": np.zeros(5, np.int8)}
    path = saved(tmp_path, model(nodes, {"x": (1, 2, 5, 4)}, constants))
    (layer,) = (s for s in steps_of(frontend.load(frontend.read(path))) if isinstance(s, RealConv))
    np.testing.assert_array_equal(layer.weights(), ints.transpose(3, 2, 0, 1))
    proven(path, explained=3)
