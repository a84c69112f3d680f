"""FINN's own operators up to its hardware, against the executor of qonnx."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.helpers.onnx.graphs import QONNX, Array, Constant, model, node, saved, tercet
from tests.helpers.onnx.proven import proven, varied

from tercet.errors import TercetError
from tercet.frontends import onnx as frontend
from tercet.ir.module import ops_of, steps_of
from tercet.ops.conv import Conv
from tercet.ops.linear import Linear
from tercet.ops.real.quantize import Quantize
from tercet.ops.real.staircase import Staircase

RNG = np.random.default_rng(12)
W = RNG.integers(-3, 4, (8, 6)).astype(np.float32)
INPUT: Mapping[str, Constant] = {
    "s": np.float32(1),
    "z": np.float32(0),
    "bits": np.float32(4),
    "w": W,
}
FLAGS = {"domain": QONNX, "signed": 1, "narrow": 0, "rounding_mode": "ROUND"}
FIRST = [node("Quant", ["x", "s", "z", "bits"], ["a"], **FLAGS)]


def uneven(rows: int, steps: int) -> Array:
    return np.sort(RNG.normal(size=(rows, steps)) * 20, axis=1).astype(np.float32)


def even(rows: int, steps: int) -> Array:
    start = RNG.integers(-40, 0, (rows, 1))
    size = RNG.integers(1, 9, (rows, 1))
    return ((start + size * np.arange(steps)) / 2).astype(np.float32)


TWICE = np.asarray([[-20, -3, -3, -3, 5, 5, 9]], np.float32)
THRESHOLDS: Mapping[str, tuple[Array, Mapping[str, Any]]] = {
    "one for all": (np.asarray([[3]], np.float32), {}),
    "bipolar": (np.asarray([[3]], np.float32), {"out_scale": 2.0, "out_bias": -1.0}),
    "bipolar by channel": (uneven(6, 1), {"out_scale": 2.0, "out_bias": -1.0}),
    "even for all": (even(1, 15), {}),
    "even by channel": (even(6, 15), {"out_bias": -7.0}),
    "uneven for all": (uneven(1, 15), {}),
    "uneven by channel": (uneven(6, 7), {"out_scale": 0.25, "out_bias": -1.0}),
    "some twice": (TWICE, {}),
    "not in order": (TWICE[:, ::-1].copy(), {}),
    "odd numbers alone": (uneven(6, 3), {"out_scale": 2.0, "out_bias": -3.0}),
    "whole": (np.rint(uneven(6, 15)), {"out_bias": -8.0}),
    "255 of them": (uneven(6, 255), {}),
}


@pytest.mark.parametrize("form", THRESHOLDS)
def test_thresholds_are_counted_as_qonnx_counts_them(form: str, tmp_path: Path) -> None:
    thresholds, attributes = THRESHOLDS[form]
    nodes = [
        *FIRST,
        node("MatMul", ["a", "w"], ["m"]),
        node("MultiThreshold", ["m", "t"], ["c"], domain=QONNX, out_dtype="INT8", **attributes),
        node("MatMul", ["c", "v"], ["y"]),
    ]
    later = RNG.integers(-3, 4, (6, 4)).astype(np.float32)
    constants = {**INPUT, "t": thresholds, "v": later}
    path = saved(tmp_path, model(nodes, {"x": (1, 8)}, constants, outputs={"y": (1, 4)}))
    x = RNG.integers(-8, 8, (60, 8)).astype(np.float32)
    reached = ((x @ W)[..., None] >= thresholds).sum(-1)
    counted = attributes.get("out_scale", 1.0) * reached + attributes.get("out_bias", 0.0)
    assert np.unique(reached).size > 1
    np.testing.assert_array_equal(tercet(path, x)[0], counted @ later)
    proven(path)


@pytest.mark.parametrize(("layout", "axis"), [("NCHW", 1), ("NHWC", 3), ("", 1)])
def test_the_layout_says_which_axis_the_channels_are(
    layout: str, axis: int, tmp_path: Path
) -> None:
    shape = [1, 5, 5, 5]
    shape[axis] = 3
    given = {"data_layout": layout} if layout else {}
    thresholds = uneven(3, 7) / 4
    nodes = [
        *FIRST,
        node("MultiThreshold", ["a", "t"], ["y"], domain=QONNX, out_dtype="UINT3", **given),
    ]
    path = saved(
        tmp_path, model(nodes, {"x": shape}, {**INPUT, "t": thresholds}, outputs={"y": shape})
    )
    x = RNG.integers(-8, 8, shape).astype(np.float32)
    moved = (np.moveaxis(x, axis, -1)[..., None] >= thresholds).sum(-1)
    np.testing.assert_array_equal(tercet(path, x)[0], np.moveaxis(moved, -1, axis))
    proven(path)


@pytest.mark.parametrize("form", ["bipolar", "even for all"])
def test_even_thresholds_of_the_input_are_the_hosts(form: str, tmp_path: Path) -> None:
    thresholds, attributes = THRESHOLDS[form]
    nodes = [
        node("MultiThreshold", ["x", "t"], ["c"], domain=QONNX, out_dtype="INT8", **attributes),
        node("MatMul", ["c", "w"], ["y"]),
    ]
    path = saved(
        tmp_path, model(nodes, {"x": (1, 8)}, {"t": thresholds, "w": W}, outputs={"y": (1, 6)})
    )
    steps = steps_of(frontend.load(frontend.read(path)))
    assert not [s for s in steps if isinstance(s, Staircase)]
    assert [s for s in steps if isinstance(s, Quantize)]
    proven(path)


@pytest.mark.parametrize(
    ("attributes", "thresholds", "said"),
    [
        ({"out_scale": -1.0}, TWICE, "above zero"),
        ({"out_bias": 0.3}, TWICE, "an Add behind it"),
        ({}, uneven(5, 3), r"wanted \(1 or 6, steps\)"),
        ({"fancy": 1}, TWICE, "fancy"),
        ({"data_layout": "CN"}, TWICE, "another axis than the batch"),
    ],
)
def test_odd_thresholds_are_refused(
    attributes: Mapping[str, Any], thresholds: Array, said: str, tmp_path: Path
) -> None:
    made = node("MultiThreshold", ["m", "t"], ["y"], domain=QONNX, out_dtype="INT8", **attributes)
    nodes = [*FIRST, node("MatMul", ["a", "w"], ["m"]), made]
    path = saved(tmp_path, model(nodes, {"x": (1, 8)}, {**INPUT, "t": thresholds}))
    with pytest.raises(TercetError, match=f"^MultiThreshold_y: .*{said}"):
        frontend.load(frontend.read(path))


def test_xnor_counts_the_bits_that_agree(tmp_path: Path) -> None:
    bits = RNG.integers(0, 2, (8, 6)).astype(np.float32)
    nodes = [
        node("MultiThreshold", ["x", "t"], ["c"], domain=QONNX, out_dtype="BINARY"),
        node("XnorPopcountMatMul", ["c", "w"], ["y"], domain=QONNX),
    ]
    constants: Mapping[str, Constant] = {"t": np.asarray([[0.25]], np.float32), "w": bits}
    path = saved(tmp_path, model(nodes, {"x": (1, 8)}, constants, outputs={"y": (1, 6)}))
    x = varied(30, 8)
    wanted = ((x >= 0.25)[:, :, None] == bits[None].astype(bool)).sum(1)
    np.testing.assert_array_equal(tercet(path, x)[0], wanted)
    proven(path)


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("signed", [0, 1])
def test_an_average_pool_of_few_bits_drops_the_lower_ones(
    layout: str, signed: int, tmp_path: Path
) -> None:
    pool = {"kernel": 2, "stride": 2, "ibits": 4, "obits": 3, "signed": signed}
    shape = (1, 4, 6, 3) if layout == "NHWC" else (1, 3, 4, 6)
    end = (1, 2, 3, 3) if layout == "NHWC" else (1, 3, 2, 3)
    nodes = [
        node("Quant", ["x", "s", "z", "bits"], ["a"], **{**FLAGS, "signed": signed}),
        node("QuantAvgPool2d", ["a"], ["y"], domain=QONNX, data_layout=layout, **pool),
    ]
    path = saved(tmp_path, model(nodes, {"x": shape}, INPUT, outputs={"y": end}))
    proven(path)


@pytest.mark.parametrize("pads", [[0, 0, 0, 0], [1, 0, 2, 1]])
def test_windows_and_a_product_are_a_convolution(pads: list[int], tmp_path: Path) -> None:
    kernel, channels = (2, 3), 3
    proto = model(
        [
            *FIRST,
            node(
                "Im2Col",
                ["a"],
                ["c"],
                domain=QONNX,
                kernel_size=kernel,
                stride=[2, 1],
                pad_amount=pads,
                input_shape="(1, 6, 7, 3)",
            ),
            node("MatMul", ["c", "w"], ["y"]),
        ],
        {"x": (1, 6, 7, channels)},
        {**INPUT, "w": RNG.integers(-3, 4, (18, 5)).astype(np.float32)},
        outputs={"y": (1, 3 if not pads[0] else 4, 5 if not pads[0] else 6, 5)},
    )
    annotated = proto.graph.quantization_annotation.add(tensor_name="a")
    annotated.quant_parameter_tensor_names.add(key="finn_datatype", value="INT4")
    module = proven(saved(tmp_path, proto))
    assert any(isinstance(op, Conv | Linear) for op in ops_of(module))


def test_a_marker_changes_nothing(tmp_path: Path) -> None:
    nodes = [
        *FIRST,
        node("DebugMarker", ["a"], ["d"], domain=QONNX),
        node("MatMul", ["d", "w"], ["y"]),
    ]
    path = saved(tmp_path, model(nodes, {"x": (1, 8)}, INPUT))
    x = varied(1, 8) * 4
    np.testing.assert_array_equal(tercet(path, x)[0], np.clip(np.rint(x), -8, 7) @ W)


def test_hardware_nodes_are_answered_with_the_file_to_hand_over(tmp_path: Path) -> None:
    made = node("MVAU_hls", ["x"], ["y"], domain="finn.custom_op.fpgadataflow.hls")
    path = saved(tmp_path, model([made], {"x": (1, 8)}))
    with pytest.raises(TercetError, match="before it made hardware layers"):
        frontend.read(path)
