"""QONNX' quantizers, against its definitions written out, and against its own executor."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes
from tests.helpers.onnx.graphs import QONNX, Array, Constant, model, node, saved, tercet
from tests.helpers.real_files import on_real_files

from tercet.errors import TercetError
from tercet.frontends import onnx as frontend
from tercet.ir.module import steps_of
from tercet.ops.real.linear import RealLinear
from tercet.ops.real.quantize import Quantize

RNG = np.random.default_rng(2)
DOMAINS = [QONNX, "onnx.brevitas", "finn.custom_op.general", "finn"]


def symmetric(rounding: Any) -> Any:
    return lambda x: np.sign(x) * rounding(np.abs(x))


ROUNDINGS: dict[str, Any] = {
    "ROUND": np.rint,
    "FLOOR": np.floor,
    "CEIL": np.ceil,
    "DOWN": np.trunc,
    "HALF_EVEN": np.rint,
    "UP": symmetric(np.ceil),
    "HALF_DOWN": symmetric(lambda x: np.ceil(x - 0.5)),
    "HALF_UP": symmetric(lambda x: np.floor(x + 0.5)),
}


def quant(
    bits: float, mode: str = "ROUND", *, signed: int = 1, narrow: int = 0, domain: str = QONNX
) -> tuple[Any, dict[str, Constant]]:
    """A quantizer of x and its constants."""
    made = node(
        "Quant",
        ["x", "scale", "zero", "bits"],
        ["y"],
        domain=domain,
        signed=signed,
        narrow=narrow,
        rounding_mode=mode,
    )
    return made, {"scale": np.float32(0.3), "zero": np.float32(0), "bits": np.float32(bits)}


def ties() -> Array:
    """Places on, at and next to the ties of a scale of 0.25."""
    return (np.arange(-200, 200, dtype=np.float32) / 32).reshape(1, 400)


@pytest.mark.parametrize("mode", ROUNDINGS)
@pytest.mark.parametrize("signed", [0, 1])
@pytest.mark.parametrize("narrow", [0, 1])
def test_a_quantizer_clips_and_rounds(mode: str, signed: int, narrow: int, tmp_path: Path) -> None:
    made, constants = quant(4, mode, signed=signed, narrow=narrow)
    constants |= {"scale": np.float32(0.25), "zero": np.float32(2)}
    path = saved(tmp_path, model([made], {"x": (1, 400)}, constants))
    low, high = (-8 + narrow, 7) if signed else (0, 15 - narrow)
    x = ties()
    q = ROUNDINGS[mode](np.clip(x.astype(float) / 0.25 + 2, low, high))
    assert np.unique(q).size == high - low + 1
    np.testing.assert_array_equal(tercet(path, x)[0], (q - 2) * 0.25)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("kind", ["BipolarQuant", "Quant"])
def test_one_signed_bit_is_plus_or_minus_one(domain: str, kind: str, tmp_path: Path) -> None:
    made, constants = quant(1, domain=domain)
    if kind == "BipolarQuant":
        made = node(kind, ["x", "scale"], ["y"], domain=domain)
        constants = {"scale": np.float32(0.3)}
    path = saved(tmp_path, model([made], {"x": (1, 400)}, constants))
    x = ties()
    assert 0 in x
    wanted = np.where(x >= 0, 1, -1) * float(np.float32(0.3))
    np.testing.assert_array_equal(tercet(path, x)[0], wanted)


def test_scales_of_channels(tmp_path: Path) -> None:
    made, constants = quant(3, narrow=1)
    steps = (np.abs(RNG.normal(size=(1, 5, 1, 1))) + 0.1).astype(np.float32)
    path = saved(tmp_path, model([made], {"x": (1, 5, 6, 6)}, {**constants, "scale": steps}))
    x = RNG.normal(size=(2, 5, 6, 6)).astype(np.float32)
    wanted = np.clip(np.rint(x / steps.astype(float)), -3, 3) * steps
    np.testing.assert_array_equal(tercet(path, x)[0], wanted)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_weights_are_the_integers_that_the_file_makes(bits: int, tmp_path: Path) -> None:
    made, constants = quant(bits, narrow=int(bits > 1))
    weight = RNG.normal(size=(8, 6)).astype(np.float32)
    steps = (np.abs(RNG.normal(size=(1, 6))) / 3 + 0.1).astype(np.float32)
    made.input[0], made.output[0] = "w", "q"
    nodes = [made, node("MatMul", ["x", "q"], ["y"])]
    constants |= {"w": weight, "scale": steps}
    path = saved(tmp_path, model(nodes, {"x": (1, 8)}, constants))
    (layer,) = [
        s for s in steps_of(frontend.load(frontend.read(path))) if isinstance(s, RealLinear)
    ]
    most = 2 ** (bits - 1) - 1
    q = np.clip(np.rint(weight / steps), -most, most)
    wanted = np.where(weight >= 0, 1, -1) if bits == 1 else q
    assert layer.weight.get_values() == tuple(wanted.T.astype(int).reshape(-1).tolist())
    x = RNG.normal(size=(3, 8))
    np.testing.assert_allclose(tercet(path, x)[0], x @ (wanted * steps.astype(float)))


@pytest.mark.parametrize("mode", ["FLOOR", "ROUND", "CEIL"])
@pytest.mark.parametrize("operands", [5, 6])
def test_trunc_keeps_the_upper_bits(mode: str, operands: int, tmp_path: Path) -> None:
    """Of the sums of an average pool, as Brevitas exports it."""
    made, constants = quant(4, signed=0)
    made.output[0] = "q"
    later = ["two", "three"] if operands == 5 else ["coarse", "three"]
    nodes = [
        made,
        node("AveragePool", ["q"], ["a"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Mul", ["a", "four"], ["s"]),
        node(
            "Trunc",
            ["s", "scale", "zero", "six", *(later[1:] if operands == 5 else later)],
            ["y"],
            domain=QONNX,
            rounding_mode=mode,
            **({} if operands == 5 else {"signed": 0, "narrow": 0}),
        ),
    ]
    constants |= {
        "four": np.float32(4),
        "six": np.float32(6),
        "three": np.float32(3),
        "coarse": np.float32(2),
        "scale": np.float32(0.25),  # float64 has no noise at the ties, of which there are many
    }
    path = saved(tmp_path, model(nodes, {"x": (1, 3, 8, 8)}, constants))
    step = 0.25
    x = RNG.uniform(-1, 5, (4, 3, 8, 8)).astype(np.float32)
    q = np.clip(np.rint(x / step), 0, 15).reshape(4, 3, 4, 2, 4, 2).sum((3, 5))
    kept = ROUNDINGS[mode](q / 8)
    wanted = kept * step if operands == 5 else np.minimum(kept, 7) * (8 * step)
    assert np.unique(wanted).size > 4
    np.testing.assert_array_equal(tercet(path, x)[0], wanted)


def test_trunc_of_what_is_on_no_grid_is_refused(tmp_path: Path) -> None:
    operands = ["x", "scale", "zero", "bits", "bits"]
    made = node("Trunc", operands, ["y"], domain=QONNX, rounding_mode="FLOOR")
    _, constants = quant(4)
    path = saved(tmp_path, model([made], {"x": (1, 8)}, constants))
    with pytest.raises(TercetError, match=r"Trunc_y: .*whole number of steps"):
        frontend.load(frontend.read(path))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"scale": np.float32(0)}, "scale is 0"),
        ({"scale": np.float32(-1)}, "scale is -1"),
        ({"scale": np.float32(1e-42)}, "scale is 1e-42|scale is 1.00053e-42"),
        ({"scale": np.float32(np.nan)}, "NaN"),
        ({"scale": np.float32(np.inf)}, "infinity"),
        ({"zero": np.float32(0.5)}, "zero points 0.5"),
        ({"zero": np.asarray([0, 1], np.float32)}, "zero points 0, 1"),
        ({"bits": np.float32(2.5)}, "2.5 bits"),
        ({"bits": np.float32(0)}, "0 bits"),
        ({"scale": np.ones((1, 3), np.float32)}, r"shape \(3,\) meets"),
    ],
)
def test_odd_constants_are_refused(changed: dict[str, Constant], said: str, tmp_path: Path) -> None:
    made, constants = quant(4)
    path = saved(tmp_path, model([made], {"x": (1, 8)}, {**constants, **changed}))
    with pytest.raises(TercetError, match=f"^Quant_y: .*{said}"):
        frontend.load(frontend.read(path))


@pytest.mark.parametrize("attribute", [("rounding_mode", "NEAREST"), ("fancy", 1)])
def test_unknown_attributes_are_refused(attribute: tuple[str, Any], tmp_path: Path) -> None:
    made, constants = quant(4)
    name, value = attribute
    for old in [a for a in made.attribute if a.name == name]:
        made.attribute.remove(old)
    made.attribute.append(helper.make_attribute(name, value))
    path = saved(tmp_path, model([made], {"x": (1, 8)}, constants))
    with pytest.raises(TercetError, match=r"Quant_y: .*(NEAREST|fancy)"):
        frontend.load(frontend.read(path))


def test_the_quantizer_is_named_by_its_output(tmp_path: Path) -> None:
    made, constants = quant(4)
    path = saved(tmp_path, model([made], {"x": (1, 8)}, constants))
    first = steps_of(frontend.load(frontend.read(path)))[0]
    assert isinstance(first, Quantize)
    assert (first.layer.data, first.quantizer.data) == ("Quant_y", "y")


@on_real_files(
    "path", ("TFC_1W1A",), ("TFC_2W2A",), ("qkeras_jettagging",), ("unsw_nb15-mlp-w2a2",)
)
def test_real_files_against_the_executor_of_qonnx(path: Path) -> None:
    network = frontend.read(path)
    ((given, shape),) = network.shapes.items()
    for seed in range(5):
        x = np.random.default_rng(seed).random(shape).astype(np.float32)
        if path.name.startswith("unsw"):
            x = np.where(x < 0.5, -1, 1).astype(np.float32)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wrapped = ModelWrapper(str(path)).transform(InferShapes())
            wanted = execute_onnx(wrapped, {given: x})[network.outputs[0]]
        np.testing.assert_allclose(tercet(path, x)[0], wanted, rtol=1e-4, atol=1e-5)
