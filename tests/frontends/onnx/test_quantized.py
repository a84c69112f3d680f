"""Quantizers and quantized layers in the forms of standard ONNX, integer by integer."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tests.helpers.onnx.graphs import Array, Constant, close, model, node, runtime, saved, tercet

from tercet.errors import UnsupportedError
from tercet.frontends import onnx as frontend
from tercet.ir.module import steps_of
from tercet.ops.real.linear import RealLinear
from tercet.ops.real.ort_requantize import OrtRequantize
from tercet.ops.real.quantize import Quantize

RNG = np.random.default_rng(11)
NARROW = {"INT4": (-8, 7), "UINT4": (0, 15), "INT2": (-2, 1), "UINT2": (0, 3)}


def f(*shape: int) -> Array:
    return RNG.normal(size=shape).astype(np.float32)


def scale(*values: float) -> Array:
    return np.asarray(values if len(values) > 1 else values[0], np.float32)


def whole(low: int, high: int, shape: tuple[int, ...], dtype: Any) -> Array:
    return RNG.integers(low, high + 1, shape).astype(dtype)


def same(path: Path, x: Array, steps: float) -> None:
    """Equal integers but next to a tie, where float32 may round the other way."""
    (found,), (wanted,) = tercet(path, x), runtime(path, {"x": x})
    assert np.unique(wanted).size > 3
    differ = np.rint(np.abs(found - wanted) / steps)
    assert differ.max() <= 1
    assert np.count_nonzero(differ) <= 0.002 * differ.size


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16])
def test_qdq_rounds_and_then_adds_the_zero_point(dtype: Any, tmp_path: Path) -> None:
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        node("DequantizeLinear", ["q", "s", "z"], ["y"]),
    ]
    constants: dict[str, Constant] = {"s": scale(0.5), "z": np.asarray(7, dtype)}
    path = saved(tmp_path, model(nodes, {"x": ("N", 64)}, constants, opset=21, ir=10))
    x = np.arange(-320, 320, dtype=np.float32).reshape(10, 64) / 4  # half of them are ties
    np.testing.assert_array_equal(tercet(path, x)[0], runtime(path, {"x": x})[0])


def test_an_association_that_adds_first_would_be_found(tmp_path: Path) -> None:
    """rne(2.5) + 7 is 9 and rne(9.5) is 10: the data of the test above tell them apart."""
    assert np.rint(2.5) + 7 != np.rint(2.5 + 7)


@pytest.mark.parametrize("opset", [12, 13, 17, 21, 25])
@pytest.mark.parametrize("bounds", [(-7, 7), (0, 15), (-1, 1)])
def test_a_clip_between_makes_a_quantizer_narrower(
    opset: int, bounds: tuple[int, int], tmp_path: Path
) -> None:
    low, high = bounds
    dtype = np.int8 if low else np.uint8
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        node("Clip", ["q", "low", "high"], ["c"]),
        node("DequantizeLinear", ["c", "s", "z"], ["y"]),
    ]
    constants: dict[str, Constant] = {
        "s": scale(0.25),
        "z": dtype(0),
        "low": dtype(low),
        "high": dtype(high),
    }
    path = saved(tmp_path, model(nodes, {"x": (1, 500)}, constants, opset=opset, ir=8))
    module = frontend.load(frontend.read(path))
    quantizers = [step for step in steps_of(module) if isinstance(step, Quantize)]
    assert [(q.low.value.data, q.high.value.data) for q in quantizers] == [bounds]
    assert quantizers[0].quantizer.data == "c"
    x = f(1, 500) * 3
    wanted = np.clip(np.rint(x / np.float32(0.25)), low, high) * 0.25
    np.testing.assert_array_equal(tercet(path, x)[0], wanted)
    np.testing.assert_array_equal(runtime(path, {"x": x})[0], wanted)


@pytest.mark.parametrize("kind", NARROW)
def test_weights_and_activations_of_few_bits(kind: str, tmp_path: Path) -> None:
    low, high = NARROW[kind]
    element = getattr(TensorProto, kind)
    zero = 0 if low else high // 2
    ints = RNG.integers(low, high + 1, (6, 16))
    nodes = [
        node("QuantizeLinear", ["x", "s", "zx"], ["q"]),
        node("DequantizeLinear", ["q", "s", "zx"], ["a"]),
        node("DequantizeLinear", ["w", "sw", "zw"], ["b"], axis=0),
        node("Gemm", ["a", "b"], ["y"], transB=1),
    ]
    steps = np.abs(f(6)) + np.float32(0.1)
    constants: dict[str, Constant] = {
        "s": scale(0.37),
        "zx": helper.make_tensor("zx", element, (), [zero]),
        "w": helper.make_tensor("w", element, (6, 16), ints.reshape(-1).tolist()),
        "sw": steps,
        "zw": helper.make_tensor("zw", element, (6,), [zero] * 6),
    }
    opset, ir = (21, 10) if "4" in kind else (25, 13)
    path = saved(tmp_path, model(nodes, {"x": (1, 16)}, constants, opset=opset, ir=ir))
    (layer,) = [
        s for s in steps_of(frontend.load(frontend.read(path))) if isinstance(s, RealLinear)
    ]
    assert layer.weight.get_values()[:16] == tuple((ints[0] - zero).tolist())
    x = f(7, 16)
    q = np.clip(np.rint(x / np.float32(0.37)) + zero, low, high) - zero
    wanted = (q * float(np.float32(0.37))) @ ((ints - zero) * steps[:, None].astype(float)).T
    close(tercet(path, x)[0], wanted)
    x = x[:1]
    close(tercet(path, x)[0], runtime(path, {"x": x})[0])


@pytest.mark.parametrize("block", [0, 4])
def test_scales_of_weights_follow_their_axis(block: int, tmp_path: Path) -> None:
    """Through a Transpose as well; scales within one output are refused, with the reason."""
    shape = (4, 6) if block else (6,)
    nodes = [
        node(
            "DequantizeLinear", ["w", "sw"], ["b"], axis=0, **({"block_size": 4} if block else {})
        ),
        node("Transpose", ["b"], ["t"], perm=[1, 0]),
        node("MatMul", ["x", "t"], ["y"]),
    ]
    constants: dict[str, Constant] = {
        "w": whole(-127, 127, (16, 6) if block else (6, 16), np.int8),
        "sw": np.abs(f(*shape)) + np.float32(0.1),
    }
    width = 6 if block else 16
    path = saved(tmp_path, model(nodes, {"x": (1, width)}, constants, opset=21, ir=10))
    if block:
        with pytest.raises(UnsupportedError, match="wanted one, or one for each"):
            frontend.load(frontend.read(path))
        return
    x = f(1, width)
    np.testing.assert_allclose(tercet(path, x)[0], runtime(path, {"x": x})[0], rtol=1e-5, atol=1e-3)


def test_weights_that_the_file_quantizes_itself(tmp_path: Path) -> None:
    nodes = [
        node("QuantizeLinear", ["w", "s", "z"], ["q"], axis=0),
        node("DequantizeLinear", ["q", "s", "z"], ["b"], axis=0),
        node("DequantizeLinear", ["bias", "sb"], ["c"]),
        node("Conv", ["x", "b", "c"], ["y"], pads=[1, 1, 1, 1]),
    ]
    constants: dict[str, Constant] = {
        "w": f(5, 3, 3, 3),
        "s": np.abs(f(5)) / 20 + np.float32(0.02),
        "z": np.zeros(5, np.int8),
        "bias": whole(-1000, 1000, (5,), np.int32),
        "sb": scale(0.001),
    }
    path = saved(tmp_path, model(nodes, {"x": (1, 3, 8, 8)}, constants, opset=13))
    x = f(1, 3, 8, 8)
    close(tercet(path, x)[0], runtime(path, {"x": x})[0])


def quantize(name: str, result: str) -> onnx.NodeProto:
    return node("QuantizeLinear", [name, f"s{name}", f"z{name}"], [result])


CONSTANTS: dict[str, Constant] = {
    "sx": scale(0.0213717),
    "zx": np.uint8(131),
    "sy": scale(0.3317171),
    "zy": np.uint8(119),
}


@pytest.mark.parametrize("semantics", ["ideal", "ort"])
@pytest.mark.parametrize("channels", [False, True])
@pytest.mark.parametrize("kind", ["QLinearConv", "QLinearMatMul", "QGemm"])
def test_operator_form(kind: str, channels: bool, semantics: str, tmp_path: Path) -> None:
    conv = kind == "QLinearConv"
    shape = (6, 4, 3, 3) if conv else (16, 6)
    steps = np.abs(f(6)) / 50 + np.float32(0.01) if channels else scale(0.017)
    constants = {
        **CONSTANTS,
        "w": whole(-127, 127, shape, np.int8),
        "sw": steps,
        "zw": np.zeros(steps.shape, np.int8),
        "b": whole(-2000, 2000, (6,), np.int32),
    }
    domain = {"domain": "com.microsoft"} if kind == "QGemm" else {}
    head, tail = ["q", "sx", "zx", "w", "sw", "zw"], ["sy", "zy"]
    operands = {
        "QLinearConv": [*head, *tail, "b"],
        "QLinearMatMul": [*head, *tail],
        "QGemm": [*head, "b", *tail],
    }[kind]
    extra = {"pads": [1, 0, 1, 0], "strides": [1, 2]} if conv else {}
    nodes = [
        quantize("x", "q"),
        node(kind, operands, ["r"], **domain, **extra),
        node("DequantizeLinear", ["r", "sy", "zy"], ["y"]),
    ]
    rows = (1, 4, 9, 9) if conv else (1, 16)
    path = saved(tmp_path, model(nodes, {"x": ("N", *rows[1:])}, constants, opset=13))
    x = f(200, *rows[1:])
    if semantics == "ideal":
        same(path, x, float(np.float32(0.3317171)))
        return
    module = frontend.load(frontend.read(path), "ort")
    assert any(isinstance(step, OrtRequantize) for step in steps_of(module))
    found, wanted = tercet(path, x, semantics="ort")[0], runtime(path, {"x": x})[0]
    assert np.unique(wanted).size > 50
    np.testing.assert_array_equal(found.astype(np.float32), wanted)


@pytest.mark.parametrize(
    "kind", ["QLinearAdd", "QLinearMul", "QLinearConcat", "QLinearSigmoid", "QLinearLeakyRelu"]
)
def test_operator_form_without_weights(kind: str, tmp_path: Path) -> None:
    constants = {**CONSTANTS, "su": scale(0.05), "zu": np.uint8(3), "sy": scale(0.0311711)}
    x, u, to = ["q", "sx", "zx"], ["p", "su", "zu"], ["sy", "zy"]
    operands = {
        "QLinearAdd": [*x, *u, *to],
        "QLinearMul": [*x, *u, *to],
        "QLinearConcat": [*to, *x, *u],
    }.get(kind, [*x, *to])
    extra: dict[str, Any] = {"QLinearConcat": {"axis": 1}, "QLinearLeakyRelu": {"alpha": 0.1}}
    made = node(kind, operands, ["r"], domain="com.microsoft", **extra.get(kind, {}))
    nodes = [
        quantize("x", "q"),
        node("QuantizeLinear", ["x", "su", "zu"], ["p"]),
        made,
        node("DequantizeLinear", ["r", "sy", "zy"], ["y"]),
    ]
    path = saved(tmp_path, model(nodes, {"x": (100, 24)}, constants, opset=13))
    same(path, f(100, 24), float(np.float32(0.0311711)))


def test_pools_in_operator_form(tmp_path: Path) -> None:
    constants = {**CONSTANTS, "sy": scale(0.0117171)}
    for kind, extra in (
        ("QLinearGlobalAveragePool", {"channels_last": 0}),
        ("QLinearAveragePool", {"kernel_shape": [2, 2], "strides": [2, 2]}),
    ):
        operands = ["q", "sx", "zx", "sy", "zy"]
        nodes = [
            quantize("x", "q"),
            node(kind, operands, ["r"], domain="com.microsoft", **extra),
            node("DequantizeLinear", ["r", "sy", "zy"], ["y"]),
        ]
        path = saved(tmp_path, model(nodes, {"x": (20, 8, 6, 6)}, constants, opset=13))
        same(path, f(20, 8, 6, 6), float(np.float32(0.0117171)))


@pytest.mark.parametrize("kind", ["ConvInteger", "MatMulInteger"])
def test_sums_of_integers_are_whole_numbers(kind: str, tmp_path: Path) -> None:
    conv = kind == "ConvInteger"
    constants = {
        **CONSTANTS,
        "w": whole(100, 200, (6, 4, 3, 3) if conv else (16, 6), np.uint8),
        "zw": np.uint8(150),
        "k": scale(0.001),
    }
    nodes = [
        quantize("x", "q"),
        node(kind, ["q", "w", "zx", "zw"], ["a"]),
        node("Cast", ["a"], ["c"], to=1),
        node("Mul", ["c", "k"], ["y"]),
    ]
    shape = (3, 4, 7, 7) if conv else (3, 16)
    path = saved(tmp_path, model(nodes, {"x": shape}, constants, opset=13))
    x = f(*shape)
    found, wanted = tercet(path, x)[0], runtime(path, {"x": x})[0]
    np.testing.assert_array_equal(np.rint(found * 1000), np.rint(wanted.astype(float) * 1000))


def test_integers_move_and_pool_as_they_are(tmp_path: Path) -> None:
    nodes = [
        quantize("x", "q"),
        node("MaxPool", ["q"], ["m"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Pad", ["m", "pads", "zx"], ["p"]),
        node("Transpose", ["p"], ["t"], perm=[0, 2, 3, 1]),
        node("DequantizeLinear", ["t", "sx", "zx"], ["y"]),
    ]
    constants: dict[str, Constant] = {**CONSTANTS, "pads": np.asarray([0, 0, 1, 0, 0, 0, 0, 1])}
    path = saved(tmp_path, model(nodes, {"x": (1, 4, 8, 8)}, constants, opset=13))
    x = f(1, 4, 8, 8)
    np.testing.assert_array_equal(tercet(path, x)[0].astype(np.float32), runtime(path, {"x": x})[0])


def test_integers_at_the_inputs_and_the_outputs(tmp_path: Path) -> None:
    nodes = [
        node("DequantizeLinear", ["x", "sx", "zx"], ["r"]),
        node("Relu", ["r"], ["p"]),
        node("QuantizeLinear", ["p", "sy", "zy"], ["y"]),
    ]
    constants = {**CONSTANTS, "sy": scale(0.0717171)}
    proto = model(nodes, {"x": (1, 256)}, constants, opset=13, element=TensorProto.UINT8)
    path = saved(tmp_path, proto)
    x = np.arange(256, dtype=np.uint8).reshape(1, 256)
    np.testing.assert_array_equal(tercet(path, x)[0], runtime(path, {"x": x})[0])


def test_an_embedding_of_quantized_rows(tmp_path: Path) -> None:
    nodes = [
        node("DequantizeLinear", ["w", "s"], ["t"]),
        node("Gather", ["t", "x"], ["y"]),
    ]
    constants: dict[str, Constant] = {"w": whole(-127, 127, (40, 8), np.int8), "s": scale(0.3)}
    proto = model(nodes, {"x": ("N", 6)}, constants, opset=13, element=TensorProto.INT64)
    path = saved(tmp_path, proto)
    x = RNG.integers(0, 40, (3, 6))
    close(tercet(path, x)[0], runtime(path, {"x": x})[0])
