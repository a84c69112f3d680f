"""Files through the passes: the integers are those that the file itself computes."""

from pathlib import Path

import numpy as np
import pytest
from tests.frontends.onnx.test_qonnx import ROUNDINGS
from tests.helpers.onnx.graphs import QONNX, Array, Constant, model, node, runtime, saved
from tests.helpers.real_files import on_real_files

from tercet import passes
from tercet.frontends import onnx as frontend
from tercet.ir.evaluate import evaluate
from tercet.ir.host.boundary import quantize_inputs, reals
from tercet.ir.module import outputs_of

RNG = np.random.default_rng(8)


def integers(path: Path, x: Array, semantics: str = "ideal", input_type: str = "") -> Array:
    """The reals that the integer network gives for `x`."""
    network = frontend.read(path, input_type=input_type or None)
    module = passes.run(frontend.load(network, semantics))
    values = evaluate(module, *quantize_inputs(module, x))
    (found,) = reals(module, *(values[output] for output in outputs_of(module)))
    return found


@pytest.mark.parametrize("mode", ROUNDINGS)
def test_every_rounding_of_qonnx(mode: str, tmp_path: Path) -> None:
    flags = {"domain": QONNX, "signed": 1, "narrow": 0}
    nodes = [
        node("Quant", ["x", "s", "z", "eight"], ["a"], rounding_mode="ROUND", **flags),
        node("MatMul", ["a", "w"], ["m"]),
        node("Quant", ["m", "four", "z", "six"], ["y"], rounding_mode=mode, **flags),
    ]
    weight = RNG.integers(-3, 4, (8, 5)).astype(np.float32)
    constants: dict[str, Constant] = {
        "s": np.float32(0.5),
        "z": np.float32(0),
        "eight": np.float32(8),
        "six": np.float32(6),
        "four": np.float32(4),
        "w": weight,
    }
    path = saved(tmp_path, model(nodes, {"x": (1, 8)}, constants))
    x = RNG.integers(-40, 41, (500, 8)) / 2.0  # an eighth of the sums are ties
    wanted = ROUNDINGS[mode](np.clip((x @ weight) / 4, -32, 31)) * 4
    assert np.unique(wanted).size == 64
    np.testing.assert_array_equal(integers(path, x), wanted)


def test_onnxruntime_bit_for_bit(tmp_path: Path) -> None:
    """Operator form with --semantics ort: two layers, float32 rounding and all."""
    nodes = [
        node("QuantizeLinear", ["x", "sx", "zx"], ["q"]),
        node("QLinearConv", ["q", "sx", "zx", "w", "sw", "zw", "sy", "zy", "b"], ["c"]),
        node("MaxPool", ["c"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", ["p"], ["f"]),
        node("QLinearMatMul", ["f", "sy", "zy", "v", "sv", "zv", "so", "zo"], ["r"]),
        node("DequantizeLinear", ["r", "so", "zo"], ["y"]),
    ]
    constants: dict[str, Constant] = {
        "sx": np.float32(0.0213717),
        "zx": np.uint8(128),
        "w": RNG.integers(-127, 128, (6, 3, 3, 3)).astype(np.int8),
        "sw": (np.abs(RNG.normal(size=6)) / 99 + 0.002).astype(np.float32),
        "zw": np.zeros(6, np.int8),
        "sy": np.float32(0.1317171),
        "zy": np.uint8(119),
        "b": RNG.integers(-3000, 3000, 6).astype(np.int32),
        "v": RNG.integers(-1, 2, (54, 7)).astype(np.int8),
        "sv": np.float32(0.033),
        "zv": np.int8(0),
        "so": np.float32(0.0911711),
        "zo": np.uint8(131),
    }
    path = saved(tmp_path, model(nodes, {"x": ("N", 3, 8, 8)}, constants, opset=13))
    x = RNG.normal(size=(300, 3, 8, 8)).astype(np.float32)
    wanted = runtime(path, {"x": x})[0]
    assert np.unique(wanted).size > 40
    np.testing.assert_array_equal(integers(path, x, "ort").astype(np.float32), wanted)


@on_real_files(
    "path, input_type",
    ("TFC_1W1A", ""),
    ("TFC_2W2A", ""),
    ("qkeras_jettagging", "INT8:0.0625"),
    ("unsw_nb15-mlp-w2a2", ""),
)
def test_real_files_keep_their_values(path: Path, input_type: str) -> None:
    """Those of the float dialect, with which the executor of QONNX agrees."""
    network = frontend.read(path, input_type=input_type or None)
    module = frontend.load(network)
    ((_, shape),) = network.shapes.items()
    x = RNG.random((100, *shape[1:]))
    if path.name.startswith("unsw"):
        x = np.where(x < 0.5, -1.0, 1.0)
    found = integers(path, x, input_type=input_type)
    wanted = evaluate(module, x)[outputs_of(module)[0]]
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)
