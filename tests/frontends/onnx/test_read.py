"""What a file may be: its versions, its inputs and their types, its layout."""

from pathlib import Path

import numpy as np
import pytest
from onnx import StringStringEntryProto, TensorAnnotation, helper
from tests.helpers.onnx.graphs import Array, Constant, close, model, node, runtime, saved, tercet
from tests.helpers.real_files import on_real_files

from tercet.errors import UnsupportedError, UsageError
from tercet.frontends import onnx as frontend
from tercet.ir.module import inputs_of, outputs_of, steps_of
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.linear import RealLinear
from tercet.ops.real.quantize import Quantize

RNG = np.random.default_rng(7)


def f(*shape: int) -> Array:
    return RNG.normal(size=shape).astype(np.float32)


def w(*shape: int) -> Array:
    return RNG.integers(-7, 8, shape).astype(np.float32)


@pytest.mark.parametrize("opset", range(8, 26))
def test_every_version_of_the_operators(opset: int, tmp_path: Path) -> None:
    nodes = [
        node("Conv", ["x", "w", "b"], ["c"], pads=[1, 1, 1, 1]),
        node("Relu", ["c"], ["r"]),
        node("AveragePool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", ["p"], ["f"]),
        node("Gemm", ["f", "g", "k"], ["y"], transB=1),
    ]
    constants = {"w": w(4, 2, 3, 3), "b": f(4), "g": w(5, 16), "k": f(5)}
    proto = model(nodes, {"x": (1, 2, 4, 4)}, constants, opset=opset, ir=7 if opset < 15 else 10)
    path, x = saved(tmp_path, proto), f(1, 2, 4, 4)
    close(tercet(path, x)[0], runtime(path, {"x": x})[0])


@pytest.mark.parametrize("ir", range(3, 14))
def test_every_version_of_the_format(ir: int, tmp_path: Path) -> None:
    """Before version 4 constants were listed as inputs as well."""
    proto = model([node("MatMul", ["x", "w"], ["y"])], {"x": (1, 8)}, {"w": w(8, 3)}, ir=ir)
    if ir < 4:
        proto.graph.input.append(helper.make_tensor_value_info("w", 1, (8, 3)))
    path, x = saved(tmp_path, proto), f(1, 8)
    close(tercet(path, x)[0], runtime(path, {"x": x})[0])


def test_an_image_with_its_channels_last(tmp_path: Path) -> None:
    nodes = [
        node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]),
        node("Conv", ["t", "w"], ["c"]),
        node("Transpose", ["c"], ["y"], perm=[0, 2, 3, 1]),
    ]
    path = saved(tmp_path, model(nodes, {"x": (1, 6, 5, 3)}, {"w": w(4, 3, 3, 3)}))
    x = f(2, 6, 5, 3)
    close(tercet(path, x[:1])[0], runtime(path, {"x": x[:1]})[0])
    assert tercet(path, x)[0].shape == (2, 4, 3, 4)


def test_two_inputs_and_two_outputs_keep_their_order(tmp_path: Path) -> None:
    nodes = [
        node("Add", ["a", "b"], ["s"]),
        node("MatMul", ["s", "w"], ["p"]),
        node("Sub", ["b", "a"], ["d"]),
    ]
    proto = model(nodes, {"b": (1, 8), "a": (1, 8)}, {"w": w(8, 3)}, outputs=("d", "p"), opset=13)
    path, a, b = saved(tmp_path, proto), f(1, 8), f(1, 8)
    module = frontend.load(frontend.read(path))
    assert [value.name_hint for value in inputs_of(module)] == ["b", "a"]
    assert len(outputs_of(module)) == 2
    for found, wanted in zip(tercet(path, b, a), runtime(path, {"a": a, "b": b}), strict=True):
        close(found, wanted)


def test_what_no_output_needs_is_not_looked_at(tmp_path: Path) -> None:
    nodes = [node("Relu", ["x"], ["y"]), node("Det", ["x"], ["unused"])]
    path = saved(tmp_path, model(nodes, {"x": (1, 8)}))
    assert len(steps_of(frontend.load(frontend.read(path)))) == 1


def dense(folder: Path, annotation: str = "") -> Path:
    """A float input, halved after one is added, then a dense layer."""
    nodes = [
        node("Add", ["x", "one"], ["a"]),
        node("Div", ["a", "two"], ["h"]),
        node("MatMul", ["h", "w"], ["y"]),
    ]
    constants: dict[str, Constant] = {"one": np.float32(1), "two": np.float32(2), "w": w(8, 3)}
    proto = model(nodes, {"x": (1, 8)}, constants)
    if annotation:
        entry = StringStringEntryProto(key="finn_datatype", value=annotation)
        note = TensorAnnotation(tensor_name="x", quant_parameter_tensor_names=[entry])
        proto.graph.quantization_annotation.append(note)
    return saved(folder, proto)


def test_a_file_may_say_what_its_input_takes(tmp_path: Path) -> None:
    """And a line behind it, (x + 1) / 2, is a zero point and a scale of the same integers."""
    path = dense(tmp_path, "BIPOLAR")
    kinds = [type(s) for s in steps_of(frontend.load(frontend.read(path)))]
    assert kinds == [Quantize, Dequantize, RealLinear]
    x = np.where(RNG.random((4, 8)) < 0.5, -1, 1).astype(np.float32)
    for row in x:
        close(tercet(path, row[None])[0], runtime(path, {"x": row[None]})[0])


@pytest.mark.parametrize(
    ("text", "low", "high", "step", "zero"),
    [
        ("INT8:0.0625", -128, 127, 0.0625, 0),
        ("UINT4:0.5:3", 0, 15, 0.5, 3),
        ("FIXED<8,4>", -128, 127, 0.0625, 0),
        ("BINARY", 0, 1, 1, 0),
    ],
)
def test_the_user_may_say_what_an_input_takes(
    text: str, low: int, high: int, step: float, zero: int, tmp_path: Path
) -> None:
    x = f(1, 8) * 4
    q = np.clip(np.rint(x / step) + zero, low, high) - zero
    path = dense(tmp_path)
    plain = runtime(path, {"x": (q * step).astype(np.float32)})[0]
    for wish in (text, {"x": text}):
        module = frontend.load(frontend.read(path, input_type=wish))
        first = steps_of(module)[0]
        assert isinstance(first, Quantize)
        found = x.astype(np.float64)
        for op in steps_of(module):
            found = op.reference(found)
        close(found, plain)


@pytest.mark.parametrize("text", ["INT8:0", "INT8:x", "INT8:1:2:3", "FLOAT32", "INT99", "8", ""])
def test_an_input_type_that_names_nothing_is_answered(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"INT8:0\.0625"):
        frontend.read(dense(tmp_path), input_type=text)


def test_the_example_of_a_model_fits_it(tmp_path: Path) -> None:
    network = frontend.read(dense(tmp_path))
    (row,) = network.example
    assert row.shape == network.shapes["x"] == (1, 8)


@on_real_files(
    "path, layers",
    *(("TFC_1W1A", 4), ("TFC_2W2A", 4), ("qkeras_jettagging", 4), ("unsw_nb15-mlp-w2a2", 4)),
)
def test_real_files_load(path: Path, layers: int) -> None:
    steps = steps_of(frontend.load(frontend.read(path)))
    assert sum(isinstance(step, RealLinear) for step in steps) == layers


@on_real_files("path", ("mnist_conv_float",))
def test_a_real_float_network_is_pointed_to_quantization(path: Path) -> None:
    with pytest.raises(UnsupportedError, match=r"Convolution28: .*quantize_static"):
        frontend.load(frontend.read(path))
