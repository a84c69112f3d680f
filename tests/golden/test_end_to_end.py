"""The user's own model end to end: what explained elements lead to is counted and judged."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from xdsl.dialects.builtin import ModuleOp

from tercet import frontends, passes
from tercet.frontends.onnx import OnnxModel
from tercet.ir.host.boundary import quantize_inputs
from tercet.ir.module import ops_of
from tercet.ir.types import IntArray
from tercet.passes.pipeline.requantize import Requantization
from tercet.passes.pipeline.require_integers import RequireIntegers
from tercet.passes.proofs.audit import audit
from tercet.passes.synthesis.certificate import lattice_of
from tercet.report.contract import EndToEnd, Tied
from tercet.report.end_to_end import excess
from tercet_golden import integer
from tercet_golden.user_model import file_golden
from tercet_golden.user_model.explained_differences import Judged

UNSNAPPED = (*passes.NORMALIZATION, Requantization(), RequireIntegers())
SCALE = 0.13516825437545776


def truncating_pool(path: Path) -> OnnxModel:
    """Convolution, average pool of nine by sixteen as Brevitas' truncating one, dense layer."""
    rng = np.random.default_rng(3)
    constants = {
        "sx": np.float32(0.0290638),
        "sw": np.float32(0.0271486),
        "sr": np.float32(SCALE),
        "sp": np.float32(np.float32(SCALE) * 16 / 9),
        "sf": np.float32(0.0247794),
        "zi": np.int8(0),
        "zu": np.uint8(0),
        "top": np.uint8(15),
        "w": rng.integers(-7, 8, (8, 3, 3, 3)).astype(np.int8),
        "v": rng.integers(-7, 8, (5, 32)).astype(np.int8),
    }
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "sx", "zi"], ["xq"]),
        helper.make_node("DequantizeLinear", ["xq", "sx", "zi"], ["xd"]),
        helper.make_node("DequantizeLinear", ["w", "sw", "zi"], ["wd"]),
        helper.make_node("Conv", ["xd", "wd"], ["c"]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("QuantizeLinear", ["r", "sr", "zu"], ["rw"]),
        helper.make_node("Clip", ["rw", "zu", "top"], ["rq"]),
        helper.make_node("DequantizeLinear", ["rq", "sr", "zu"], ["rd"]),
        helper.make_node("AveragePool", ["rd"], ["p"], kernel_shape=[3, 3], strides=[3, 3]),
        helper.make_node("QuantizeLinear", ["p", "sp", "zu"], ["pw"]),
        helper.make_node("Clip", ["pw", "zu", "top"], ["pq"]),
        helper.make_node("DequantizeLinear", ["pq", "sp", "zu"], ["pd"]),
        helper.make_node("Flatten", ["pd"], ["flat"]),
        helper.make_node("DequantizeLinear", ["v", "sf", "zi"], ["vd"]),
        helper.make_node("Gemm", ["flat", "vd"], ["y"], transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "pool",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 5])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(made, path)
    model = frontends.resolve(str(path)).module
    assert isinstance(model, OnnxModel)
    return model


def compared(model: OnnxModel, captured: ModuleOp, module: ModuleOp) -> tuple[Judged, EndToEnd]:
    """The file against `module` on 200 rows of noise."""
    noise = np.random.default_rng(0).standard_normal((200, 3, 8, 8))
    xs: list[IntArray] = list(quantize_inputs(module, noise))
    return file_golden.compare(model, captured, module, xs, integer.run(module, *xs))


def test_a_truncating_pool_is_what_onnxruntime_makes_of_it(tmp_path: Path) -> None:
    model = truncating_pool(tmp_path / "pool.onnx")
    captured = frontends.load(model)
    module = passes.run(captured)
    assert [lattice_of(op) is not None for op in ops_of(module)].count(True) == 1
    assert not audit(captured, module).findings
    judged, whole = compared(model, captured, module)
    assert judged.passed, judged.first
    assert excess(whole) is None, whole
    assert whole.argmaxes == 0
    assert whole.beyond == 0
    assert 0 < whole.tied.others < whole.tied.ties / 5
    assert whole.differ < whole.outputs / 40


def test_ties_that_all_turn_the_same_way_fail_though_each_is_explained(tmp_path: Path) -> None:
    model = truncating_pool(tmp_path / "pool.onnx")
    captured = frontends.load(model)
    judged, whole = compared(model, captured, passes.run(captured, UNSNAPPED))
    assert judged.passed, "each element is explained"
    assert judged.compared == 200 * (3 * 8 * 8 + 8 * 6 * 6 + 8 * 2 * 2 + 5), "behind it, too"
    assert whole.differ > whole.outputs / 4
    assert "end to end the argmax differs in " in str(excess(whole))


def test_a_comparison_in_parts_finds_what_one_of_the_whole_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = truncating_pool(tmp_path / "pool.onnx")
    captured = frontends.load(model)
    module = passes.run(captured, UNSNAPPED)
    whole = compared(model, captured, module)
    monkeypatch.setattr(file_golden, "MOST", 1 << 16)
    judged, outputs = compared(model, captured, module)
    assert outputs == whole[1]
    assert judged.compared == whole[0].compared
    assert sorted(judged.explained, key=str) == sorted(whole[0].explained, key=str)


NONE = Tied(0, 0, 0, 0)


def far(
    argmaxes: int | None = 0, beyond: int = 0, vectors: int = 1000, tied: Tied = NONE
) -> EndToEnd:
    largest = 2.0 if beyond else 0.0
    return EndToEnd(10 * vectors, beyond, beyond, largest, vectors, argmaxes, tied)


@pytest.mark.parametrize(
    ("found", "fails"),
    [
        (far(), False),
        (far(argmaxes=5), False),
        (far(argmaxes=6), True),
        (far(argmaxes=1, vectors=10), False),
        (far(argmaxes=2, vectors=10), True),
        (far(argmaxes=None), False),
        (far(beyond=500), False),
        (far(beyond=501), True),
        (far(beyond=10, vectors=10), False),
        (far(beyond=11, vectors=10), True),
        (far(tied=Tied(400, 240, 100, 30)), False),
        (far(tied=Tied(400, 241, 100, 30)), True),
        (far(tied=Tied(3, 3, 1, 1)), False),
    ],
)
def test_the_limits_are_those_that_were_frozen(found: EndToEnd, fails: bool) -> None:
    assert (excess(found) is not None) == fails
