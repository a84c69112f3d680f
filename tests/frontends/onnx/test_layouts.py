"""Channels first or last, rows flat or not: layouts are not the user's to change."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import NodeProto
from tests.helpers.onnx.graphs import (
    QONNX,
    Array,
    Constant,
    close,
    model,
    node,
    runtime,
    saved,
    tercet,
)
from tests.helpers.onnx.proven import proven, varied

from tercet.errors import UnsupportedError
from tercet.frontends import onnx as frontend
from tercet.ir.module import steps_of
from tercet.ops.transpose import Transpose

LAST = "qonnx.custom_op.channels_last"
RNG = np.random.default_rng(6)
FLAGS = {"domain": QONNX, "signed": 1, "narrow": 0, "rounding_mode": "ROUND"}
WINDOW = {"kernel_shape": [3, 2], "strides": [2, 1], "pads": [1, 0, 1, 1]}
KINDS: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Constant]]] = {
    "Conv": (
        {**WINDOW, "dilations": [1, 2], "group": 1},
        {"w": RNG.integers(-3, 4, (5, 3, 2, 4)).astype(np.float32), "b": varied(5)},
    ),
    "MaxPool": (WINDOW, {}),
    "AveragePool": ({**WINDOW, "kernel_shape": [3, 3]}, {}),
    "GlobalAveragePool": ({}, {}),
    "GlobalMaxPool": ({}, {}),
    "BatchNormalization": (
        {},
        {"g": varied(4), "b": varied(4, seed=1), "m": varied(4, seed=2), "v": np.abs(varied(4))},
    ),
}
BY_QONNX = ("Conv", "MaxPool", "BatchNormalization")


def turned(kind: str, constants: Mapping[str, Constant]) -> dict[str, Constant]:
    """The weights of a convolution as the standard has them."""
    moved = {"w": np.asarray(constants["w"]).transpose(0, 3, 1, 2)} if kind == "Conv" else {}
    return {**constants, **moved}


@pytest.mark.parametrize("kind", KINDS)
def test_an_operator_with_its_channels_last_is_the_standard_one(kind: str, tmp_path: Path) -> None:
    attributes, constants = KINDS[kind]
    first = [
        node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]),
        node(kind, ["t", *constants], ["u"], **attributes),
        node("Transpose", ["u"], ["y"], perm=[0, 2, 3, 1]),
    ]
    last = [node(kind, ["x", *constants], ["y"], domain=LAST, **attributes)]
    shape = (1, 7, 6, 4)
    wanted = runtime(
        saved(tmp_path, model(first, {"x": shape}, turned(kind, constants))),
        {"x": (x := varied(*shape))},
    )[0]
    path = saved(tmp_path, model(last, {"x": shape}, constants))
    close(tercet(path, x)[0], wanted)


@pytest.mark.parametrize("kind", BY_QONNX)
def test_a_quantized_one_is_equal_to_the_executor_of_qonnx(kind: str, tmp_path: Path) -> None:
    attributes, constants = KINDS[kind]
    if kind == "MaxPool":  # qonnx takes no uneven padding here
        attributes = {**attributes, "pads": [1, 0, 1, 0]}
    sizes = {"Conv": (1, 4, 5, 5), "MaxPool": (1, 4, 5, 4), "BatchNormalization": (1, 7, 6, 4)}
    nodes = [
        node("Quant", ["x", "s", "z", "bits"], ["a"], **FLAGS),
        node(kind, ["a", *constants], ["c"], domain=LAST, **attributes),
        node("Quant", ["c", "s", "z", "bits"], ["y"], **FLAGS),
    ]
    more = {"s": np.float32(0.25), "z": np.float32(0), "bits": np.float32(6)}
    given = {"x": (1, 7, 6, 4)}
    proto = model(nodes, given, {**constants, **more}, outputs={"y": sizes[kind]})
    for entry in proto.opset_import:  # here qonnx takes the standard's version from its own
        entry.version = 17 if entry.domain == LAST else entry.version
    proven(saved(tmp_path, proto), explained=3)


def test_two_transposes_are_one_or_none(tmp_path: Path) -> None:
    there, back = [0, 2, 3, 1], [0, 3, 1, 2]
    for second, count in ((back, 0), (there, 1)):
        nodes = [
            node("Transpose", ["x"], ["t"], perm=there),
            node("Transpose", ["t"], ["u"], perm=second),
            node("Relu", ["u"], ["y"]),
        ]
        path, x = saved(tmp_path, model(nodes, {"x": (1, 3, 4, 5)})), varied(1, 3, 4, 5)
        close(tercet(path, x)[0], runtime(path, {"x": x})[0])
        steps = steps_of(frontend.load(frontend.read(path)))
        assert len([s for s in steps if isinstance(s, Transpose)]) == count


INTEGERS: Mapping[str, Constant] = {
    "s": np.float32(0.05),
    "z": np.uint8(128),
    "so": np.float32(0.0371),
    "zo": np.uint8(120),
}


@pytest.mark.parametrize("kind", ["QLinearAveragePool", "QLinearGlobalAveragePool"])
@pytest.mark.parametrize("last", [0, 1])
def test_pools_in_operator_form_have_either_layout(kind: str, last: int, tmp_path: Path) -> None:
    window = {} if "Global" in kind else {"kernel_shape": [2, 3], "strides": [2, 1]}
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        node(
            kind,
            ["q", "s", "z", "so", "zo"],
            ["p"],
            domain="com.microsoft",
            channels_last=last,
            **window,
        ),
        node("DequantizeLinear", ["p", "so", "zo"], ["y"]),
    ]
    path = saved(tmp_path, model(nodes, {"x": (1, 6, 8, 4)}, INTEGERS))
    x = varied(1, 6, 8, 4) * 3
    found, wanted = tercet(path, x)[0], runtime(path, {"x": x})[0]
    assert found.shape == wanted.shape
    assert np.rint(np.abs(found - wanted) / np.float32(0.0371)).max() <= 1
    proven(path, explained=4)


def test_a_convolution_in_operator_form_may_have_its_channels_last(tmp_path: Path) -> None:
    weight = RNG.integers(-60, 61, (5, 4, 3, 2)).astype(np.int8)
    operands = ["q", "s", "z", "w", "sw", "zw", "so", "zo"]
    constants = {**INTEGERS, "w": weight, "sw": np.float32(0.01), "zw": np.int8(0)}

    def build(last: bool) -> list[NodeProto]:
        own = {"domain": "com.microsoft", "channels_last": 1} if last else {}
        turn = [] if last else [node("Transpose", ["q0"], ["q"], perm=[0, 3, 1, 2])]
        back = [] if last else [node("Transpose", ["c"], ["t"], perm=[0, 2, 3, 1])]
        return [
            node("QuantizeLinear", ["x", "s", "z"], ["q" if last else "q0"]),
            *turn,
            node("QLinearConv", operands, ["c"], **own),
            *back,
            node("DequantizeLinear", ["c" if last else "t", "so", "zo"], ["y"]),
        ]

    x = varied(1, 6, 7, 4) * 3
    shape = {"x": x.shape}
    wanted = tercet(saved(tmp_path, model(build(False), shape, constants)), x)[0]
    found = tercet(saved(tmp_path, model(build(True), shape, constants)), x)[0]
    assert np.unique(wanted).size > 9
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    ("shape", "axis"),
    [((1, 4, 3), 0), ((1, 4, 3), 1), ((1, 4, 3), -2), ((1, 4, 3), -3), ((1, 1, 5), 2)],
)
def test_rows_are_flat_from_any_axis_that_keeps_the_batch(
    shape: tuple[int, ...], axis: int, tmp_path: Path
) -> None:
    nodes = [node("Flatten", ["x"], ["f"], axis=axis), node("Relu", ["f"], ["y"])]
    path, x = saved(tmp_path, model(nodes, {"x": shape})), varied(*shape)
    close(tercet(path, x)[0], runtime(path, {"x": x})[0])


@pytest.mark.parametrize(("shape", "axis"), [((2, 4, 3), 0), ((1, 4, 3), 2), ((1, 4, 3), 3)])
def test_a_flatten_that_moves_the_batch_is_refused(
    shape: tuple[int, ...], axis: int, tmp_path: Path
) -> None:
    path = saved(tmp_path, model([node("Flatten", ["x"], ["y"], axis=axis)], {"x": shape}))
    with pytest.raises(UnsupportedError, match=r"Flatten_y: .*moves the batch; .*axis 1"):
        frontend.load(frontend.read(path))


def softmax(axis: int, opset: int) -> tuple[list[NodeProto], Array]:
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        node(
            "QLinearSoftmax",
            ["q", "s", "z", "sp", "zp"],
            ["p"],
            domain="com.microsoft",
            axis=axis,
            opset=opset,
        ),
        node("DequantizeLinear", ["p", "sp", "zp"], ["y"]),
    ]
    return nodes, varied(1, 5, 8) * 3


@pytest.mark.parametrize(("axis", "opset"), [(-1, 13), (1, 13), (2, 11)])
def test_softmax_in_operator_form(axis: int, opset: int, tmp_path: Path) -> None:
    nodes, x = softmax(axis, opset)
    constants = {**INTEGERS, "sp": np.float32(1 / 256), "zp": np.uint8(0)}
    path = saved(tmp_path, model(nodes, {"x": x.shape}, constants))
    found, wanted = tercet(path, x)[0], runtime(path, {"x": x})[0]
    assert np.unique(wanted).size > 4
    assert np.rint(np.abs(found - wanted) * 256).max() <= 1
