"""Quantizers written as arithmetic are quantizers: floors, signs, casts and comparisons."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from onnx import NodeProto, TensorProto
from tests.helpers.onnx.graphs import Constant, model, node, runtime, saved, tercet
from tests.helpers.onnx.proven import proven, varied

from tercet.errors import UnsupportedError
from tercet.frontends import onnx as frontend
from tercet.ir.module import ops_of
from tercet.ops.requantize import Requantize

RNG = np.random.default_rng(9)
W = RNG.integers(-8, 8, (16, 12)).astype(np.float32)
V = RNG.integers(-8, 8, (12, 5)).astype(np.float32)
CONSTANTS: Mapping[str, Constant] = {
    "W": W,
    "V": V,
    "b": RNG.integers(-40, 40, 12).astype(np.float32),
    "k": RNG.integers(20, 80, 12).astype(np.float32),
    "l": RNG.integers(-400, 400, 12).astype(np.float32),
    "d": np.float32(256),
    "lo": np.float32(0),
    "hi": np.float32(255),
    "neg": np.float32(-128),
    "pos": np.float32(127),
    "half": np.float32(0.5),
    "one": np.float32(1),
    "minus": np.float32(-1),
    "rows": RNG.integers(-60, 60, 12).astype(np.float32),
}
SUMS = [node("MatMul", ["x", "W"], ["a0"]), node("Add", ["a0", "b"], ["a"])]
SCALED = [
    *SUMS,
    node("Mul", ["a", "k"], ["m"]),
    node("Add", ["m", "l"], ["n"]),
    node("Div", ["n", "d"], ["s"]),
]
END = [node("MatMul", ["y", "V"], ["z"])]
FORMS: Mapping[str, Sequence[NodeProto]] = {
    "floor": [*SCALED, node("Floor", ["s"], ["f"]), node("Clip", ["f", "lo", "hi"], ["y"])],
    "round": [*SCALED, node("Round", ["s"], ["f"]), node("Clip", ["f", "neg", "pos"], ["y"])],
    "ceil": [*SCALED, node("Ceil", ["s"], ["f"]), node("Clip", ["f", "lo", "hi"], ["y"])],
    "clipped first": [*SCALED, node("Clip", ["s", "lo", "hi"], ["f"]), node("Floor", ["f"], ["y"])],
    "max and min": [
        *SCALED,
        node("Floor", ["s"], ["f"]),
        node("Max", ["f", "neg"], ["g"]),
        node("Min", ["g", "pos"], ["y"]),
    ],
    "clipped between steps": [
        *SCALED,
        node("Clip", ["s", "half", "hi"], ["c"]),
        node("Ceil", ["c"], ["y"]),
    ],
    "nothing clips": [*SCALED, node("Floor", ["s"], ["y"])],
    "cast": [
        *SCALED,
        node("Clip", ["s", "neg", "pos"], ["c"]),
        node("Cast", ["c"], ["q"], to=TensorProto.INT8),
        node("Cast", ["q"], ["y"], to=TensorProto.FLOAT),
    ],
    "cast of whole numbers": [
        *SCALED,
        node("Round", ["s"], ["f"]),
        node("Clip", ["f", "lo", "hi"], ["c"]),
        node("Cast", ["c"], ["q"], to=TensorProto.UINT8),
        node("Cast", ["q"], ["y"], to=TensorProto.FLOAT),
    ],
    "sign": [*SUMS, node("Sign", ["a"], ["y"])],
    "two signs by a comparison": [
        *SUMS,
        node("GreaterOrEqual", ["a", "lo"], ["t"]),
        node("Where", ["t", "one", "minus"], ["y"]),
    ],
    "not": [
        *SUMS,
        node("Less", ["a", "rows"], ["t"]),
        node("Not", ["t"], ["u"]),
        node("Cast", ["u"], ["y"], to=TensorProto.FLOAT),
    ],
    **{
        f"{kind} {'constant first' if first else 'constant last'}": [
            *SUMS,
            node(kind, ["rows", "a"] if first else ["a", "rows"], ["t"]),
            node("Cast", ["t"], ["y"], to=TensorProto.FLOAT),
        ]
        for kind in ("Greater", "GreaterOrEqual", "Less", "LessOrEqual")
        for first in (False, True)
    },
}
NO_WEIGHTS_BEHIND = ("two signs by a comparison",)
"""A line of truth values with an offset is no step of a grid, so no layer follows it here."""


@pytest.mark.parametrize("form", FORMS)
def test_arithmetic_that_rounds_is_a_quantizer(form: str, tmp_path: Path) -> None:
    last = () if form in NO_WEIGHTS_BEHIND else END
    result = "z" if last else "y"
    used = {name for made in (*FORMS[form], *last) for name in made.input}
    constants = {name: c for name, c in CONSTANTS.items() if name in used}
    nodes = [*FORMS[form], *last]
    path = saved(tmp_path, model(nodes, {"x": (1, 16)}, constants, outputs=[result]))
    x = RNG.integers(0, 256, (1, 16)).astype(np.float32)
    wanted = runtime(path, {"x": x})[0]
    assert np.unique(wanted).size > 1
    np.testing.assert_array_equal(tercet(path, x)[0], wanted.astype(np.float64))
    proven(path, "UINT8:1")


def test_a_floor_and_its_clip_are_one_requantization(tmp_path: Path) -> None:
    path = saved(tmp_path, model([*FORMS["floor"], *END], {"x": (1, 16)}, CONSTANTS, outputs=["z"]))
    (op,) = (op for op in ops_of(proven(path, "UINT8:1")) if isinstance(op, Requantize))
    low, high = op.clip().low, op.clip().high
    assert (low, high) == (0, 255)


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([node("Cast", ["s"], ["y"], to=TensorProto.INT8)], r"beyond int8.*Clip them to"),
        ([node("Cast", ["s"], ["y"], to=TensorProto.FLOAT16)], r"float16.*float32"),
        ([node("Greater", ["s", "a"], ["y"])], r"compares the results of two layers"),
        (
            [node("Greater", ["s", "lo"], ["t"]), node("Where", ["t", "s", "a"], ["y"])],
            r"chooses between results.*LeakyRelu",
        ),
    ],
)
def test_what_has_no_exact_meaning_is_refused(
    nodes: Sequence[NodeProto], said: str, tmp_path: Path
) -> None:
    path = saved(tmp_path, model([*SCALED, *nodes], {"x": (1, 16)}, CONSTANTS))
    with pytest.raises(UnsupportedError, match=said):
        frontend.load(frontend.read(path, input_type="UINT8:1"))


def test_the_first_step_of_a_binary_network_is_the_hosts(tmp_path: Path) -> None:
    """A sign of the input is its quantizer."""
    nodes = [node("Sub", ["x", "half"], ["c"]), node("Sign", ["c"], ["y"]), *END]
    path = saved(tmp_path, model(nodes, {"x": (1, 12)}, CONSTANTS, outputs=["z"]))
    x = varied(1, 12)
    np.testing.assert_array_equal(tercet(path, x)[0], runtime(path, {"x": x})[0])
    proven(path)
