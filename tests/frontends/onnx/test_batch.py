"""Rows of a batch go through a network alone: what mixes them, or tells them apart, is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from onnx import NodeProto
from tests.helpers.onnx.graphs import QONNX, Constant, model, node, saved

from tercet import passes
from tercet.errors import TercetError
from tercet.frontends import onnx as frontend
from tercet_golden import integer, vectors
from tercet_golden.user_model import file_golden

RNG = np.random.default_rng(4)
ALONE = r"depends on its place in the batch"
ALONG = r"works along the batch"
MOVES = r"moves the batch"


def f32(*shape: int) -> Constant:
    return RNG.uniform(0.1, 2, shape).astype(np.float32)


def same(*shape: int) -> Constant:
    """Equal in every row."""
    return np.repeat(RNG.uniform(0.1, 2, (1, *shape[1:])), shape[0], 0).astype(np.float32)


@dataclass(frozen=True)
class Case:
    """What lies between a quantizer of x, whose reals are d, and one of c."""

    nodes: Sequence[NodeProto]
    said: str | None
    """The refusal; None: it is taken, and the file agrees for every row."""
    constants: Mapping[str, Constant] = field(default_factory=dict)
    shape: Sequence[int | str] = (3, 4)
    opset: int = 17


def quantized(scale: str, extra: Mapping[str, int], opset: int = 21) -> list[NodeProto]:
    return [
        node("QuantizeLinear", ["d", scale], ["e"], output_dtype=3, **extra),
        node("DequantizeLinear", ["e", scale], ["c"], **extra),
    ]


def op(kind: str, *more: str, **attributes: object) -> list[NodeProto]:
    return [node(kind, ["d", *more], ["c"], **attributes)]


LIST = {name: np.array(value, np.int64) for name, value in {"0": [0], "1": [1], "3": [3]}.items()}
N: Sequence[int | str] = ("N", 4)
CASES: dict[str, Case] = {
    "blocked scales by row": Case(
        quantized("s", {"axis": 1, "block_size": 2}), ALONE, {"s": f32(3, 2)}, opset=21
    ),
    "blocked scales, the same in every row": Case(
        quantized("s", {"axis": 1, "block_size": 2}), None, {"s": same(3, 2)}, opset=21
    ),
    "blocks of rows": Case(
        quantized("s", {"axis": 0, "block_size": 2}), ALONE, {"s": f32(2, 4)}, opset=21
    ),
    "scales along the batch": Case(quantized("s", {"axis": 0}), ALONE, {"s": f32(3)}, opset=21),
    "scales along the batch, all the same": Case(
        quantized("s", {"axis": 0}), None, {"s": np.full(3, 0.02, np.float32)}, opset=21
    ),
    "scales along a feature": Case(quantized("s", {"axis": 1}), None, {"s": f32(4)}, opset=21),
    "a scale by row in QONNX": Case(
        [
            node(
                "Quant",
                ["d", "k", "z", "b"],
                ["c"],
                domain=QONNX,
                **{"signed": 1, "narrow": 0},
                rounding_mode="ROUND",
            )
        ],
        ALONE,
        {"k": f32(3, 1), "z": np.float32(0), "b": np.float32(8)},
    ),
    "a factor by row": Case(op("Mul", "k"), ALONE, {"k": f32(3, 1)}),
    "a factor by row and feature": Case(op("Mul", "k"), ALONE, {"k": f32(3, 4)}),
    "a factor that is the same in every row": Case(op("Mul", "k"), None, {"k": same(3, 4)}),
    "an addend by row": Case(op("Add", "k"), ALONE, {"k": f32(3, 4)}),
    "a subtrahend by row": Case(op("Sub", "k"), ALONE, {"k": f32(3, 1)}),
    "a divisor by row": Case(op("Div", "k"), ALONE, {"k": f32(3, 1)}),
    "a slope by row": Case(op("PRelu", "k"), ALONE, {"k": f32(3, 1)}),
    "a constant that makes rows of one row": Case(
        op("Add", "k"), ALONE, {"k": same(3, 4)}, shape=(1, 4)
    ),
    "a constant with an axis in front of the batch": Case(
        op("Add", "k"), "in front of the batch", {"k": f32(1, 1, 4)}
    ),
    "one number with axes in front of the batch": Case(
        op("Mul", "k"), "in front of the batch", {"k": f32(1, 1, 1)}
    ),
    "weights with an axis in front of the batch": Case(
        op("MatMul", "w"), "in front of the batch", {"w": np.ones((1, 4, 2), np.float32)}
    ),
    "weights on the left of the batch": Case(
        [node("MatMul", ["w", "d"], ["c"])], "over the batch", {"w": np.ones((3, 3), np.float32)}
    ),
    "a bias by row": Case(
        op("Gemm", "w", "k"),
        "its bias has shape",
        {"w": np.ones((4, 2), np.float32), "k": f32(3, 2)},
    ),
    "weights transposed onto the batch": Case(
        op("Gemm", "w", transA=1), "the batch comes first", {"w": np.ones((3, 2), np.float32)}
    ),
    "one row": Case(op("Gather", "0", axis=0), ALONG),
    "rows in another order": Case(op("Gather", "k", axis=0), ALONG, {"k": np.array([2, 0, 1])}),
    "a part of the rows": Case(op("Slice", "0", "1", "0"), "a part of the batch"),
    "every row": Case(op("Slice", "0", "3", "0"), None),
    "the first row of an open batch": Case(
        op("Slice", "0", "1", "0"), "a part of the batch", shape=N
    ),
    "up to 100 rows of an open batch": Case(
        op("Slice", "0", "k", "0"), "a part of the batch", {"k": np.array([100])}, shape=N
    ),
    "every row of an open batch": Case(
        op("Slice", "0", "k", "0"), None, {"k": np.array([2**63 - 1])}, shape=N
    ),
    "rows apart": Case([node("Split", ["d"], ["c", "c2", "c3"], axis=0)], ALONG),
    "rows behind each other": Case([node("Concat", ["d", "d"], ["c"], axis=0)], ALONG),
    "rows that become features": Case(op("Reshape", "k"), MOVES, {"k": np.array([1, 12])}),
    "features that become rows": Case(op("Reshape", "k"), MOVES, {"k": np.array([-1, 2])}),
    "a row of an open batch": Case(op("Reshape", "k"), MOVES, {"k": np.array([1, -1])}, shape=N),
    "features of every row": Case(op("Reshape", "k"), None, {"k": np.array([0, 2, 2])}),
    "features of every row of an open batch": Case(
        op("Reshape", "k"), None, {"k": np.array([-1, 2, 2])}, shape=N
    ),
    "features of a batch by its own shape": Case(
        [
            node("Shape", ["d"], ["s"]),
            node("Gather", ["s", "0"], ["n"], axis=0),
            node("Concat", ["n", "k"], ["wish"], axis=0),
            node("Reshape", ["d", "wish"], ["c"]),
        ],
        None,
        {"k": np.array([2, 2])},
        shape=N,
    ),
    "transposed rows": Case(op("Transpose", perm=[1, 0]), "the batch first"),
    "the batch squeezed away": Case(op("Squeeze"), "the batch of 1", shape=(1, 4)),
    "an axis in front of the batch": Case(op("Unsqueeze", "0"), ALONG),
    "a mean of the rows": Case(op("ReduceMean", axes=[0]), ALONG),
    "a sum of the rows": Case(op("ReduceSum", "0"), ALONG),
    "a sum of everything": Case(op("ReduceSum"), "every axis and so the batch"),
    "a softmax over the rows": Case(op("Softmax", axis=0), ALONG),
    "a softmax over all rows, before version 13": Case(op("Softmax", axis=0), ALONG, opset=11),
    "sums of the rows so far": Case(op("CumSum", "k"), "CumSum", {"k": np.array(0)}),
    "more rows of one": Case(op("Expand", "k"), "batch", {"k": np.array([3, 4])}, shape=(1, 4)),
    "rows again": Case(op("Tile", "k"), "1 for the batch", {"k": np.array([2, 1])}),
    "padded rows": Case(op("Pad", "k"), ALONG, {"k": np.array([1, 0, 0, 0])}),
    "more rows by Resize": Case(
        op("Resize", "", "", "k", mode="nearest"),
        "resizes the batch",
        {"k": np.array([6, 2, 4, 4])},
        shape=(3, 2, 4, 4),
    ),
    "larger images by Resize": Case(
        op(
            "Resize",
            "",
            "",
            "k",
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        ),
        None,
        {"k": np.array([3, 2, 8, 8])},
        shape=(3, 2, 4, 4),
    ),
    "a product of rows": Case(
        [node("Transpose", ["d"], ["t"], perm=[1, 0]), node("MatMul", ["d", "t"], ["c"])],
        "the batch first",
    ),
    "a norm over the rows": Case(op("LayerNormalization", "k", axis=0), ALONG, {"k": f32(3, 4)}),
    "zeros as many as rows": Case(
        [
            node("Shape", ["d"], ["s"]),
            node("ConstantOfShape", ["s"], ["n"]),
            node("Add", ["d", "n"], ["c"]),
        ],
        None,
        shape=N,
    ),
    "the numbers of the rows": Case(
        [
            node("Shape", ["d"], ["s"]),
            node("Gather", ["s", "k"], ["n"], axis=0),
            node("Range", ["k", "n", "one"], ["r"]),
            node("Cast", ["r"], ["rf"], to=1),
            node("Unsqueeze", ["rf", "1"], ["rc"]),
            node("Add", ["d", "rc"], ["c"]),
        ],
        ALONE,
        {"k": np.array(0), "one": np.array(1)},
        shape=N,
    ),
}


OWN: dict[str, Constant] = {
    "in": np.float32(0.031),
    "out": np.float32(0.077),
    "zero": np.int8(3),
}


def made(case: Case, folder: Path) -> Path:
    nodes = [
        node("QuantizeLinear", ["x", "in", "zero"], ["qx"]),
        node("DequantizeLinear", ["qx", "in", "zero"], ["d"]),
        *case.nodes,
        node("QuantizeLinear", ["c", "out", "zero"], ["qy"]),
        node("DequantizeLinear", ["qy", "out", "zero"], ["y"]),
    ]
    every: dict[str, Constant] = {**LIST, **OWN, **case.constants}
    used = {name for one in nodes for name in one.input}
    kept = {name: value for name, value in every.items() if name in used}
    ir = 10 if case.opset > 17 else 8
    return saved(folder, model(nodes, {"x": case.shape}, kept, opset=case.opset, ir=ir))


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case.said])
def test_what_depends_on_the_row_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(TercetError, match=CASES[name].said):
        passes.run(frontend.load(frontend.read(made(CASES[name], tmp_path))))


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if not case.said])
def test_what_is_the_same_in_every_row_is_taken_and_equal_there(name: str, tmp_path: Path) -> None:
    read = frontend.read(made(CASES[name], tmp_path))
    assert read.batch > 1
    captured = frontend.load(read)
    module = passes.run(captured)
    drawn = vectors.make(module, (), 40, 7).xs
    judged, _ = file_golden.compare(read, captured, module, drawn, integer.run(module, *drawn))
    assert judged.passed, judged.first
    assert judged.compared > 500


def test_a_batch_that_the_file_leaves_open_may_be_said(tmp_path: Path) -> None:
    """Then a shape inside it that holds a 1 is that batch."""
    path = made(CASES["a row of an open batch"], tmp_path)
    assert frontend.load(frontend.read(path, (1, 4)))


def test_scales_by_row_that_were_taken_would_be_seen_by_the_sign_off(tmp_path: Path) -> None:
    """The fault planted: the front end takes the scales of row 0 for those of every row."""
    case = CASES["blocked scales by row"]
    alike = Case(
        case.nodes, None, {"s": np.repeat(np.asarray(case.constants["s"])[:1], 3, 0)}, opset=21
    )
    captured = frontend.load(frontend.read(made(alike, tmp_path)))
    module = passes.run(captured)
    drawn = vectors.make(module, (), 40, 7).xs
    golden = integer.run(module, *drawn)
    read = frontend.read(made(alike, tmp_path))
    assert file_golden.compare(read, captured, module, drawn, golden)[0].passed
    read = frontend.read(made(case, tmp_path))
    assert not file_golden.compare(read, captured, module, drawn, golden)[0].passed
