"""Every operator is taken, or answered by what was found and a step that helps."""

from pathlib import Path

import numpy as np
import pytest
from onnx.defs import get_all_schemas
from onnxruntime.quantization import registry as quantizers
from tests.frontends.onnx.test_reductions import CONSTANTS, FIRST, LAST
from tests.helpers.onnx.graphs import Constant, model, node, saved
from tests.helpers.onnx.proven import proven

from tercet.errors import UnsupportedError
from tercet.frontends import onnx as frontend
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.registry import converters, refusals

STANDARD = sorted({s.name for s in get_all_schemas() if s.domain == ""})
BY_QUANTIZERS = {*quantizers.QLinearOpsRegistry, *quantizers.QDQRegistry}
WRITTEN = (
    *("ConvInteger", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulInteger"),
    *("QLinearConv", "QLinearMatMul", "QuantizeLinear"),
)
CONTRIBUTED = (
    *("DequantizeLinear", "QGemm", "QLinearAdd", "QLinearAveragePool", "QLinearConcat"),
    *("QLinearGlobalAveragePool", "QLinearLeakyRelu", "QLinearMul", "QLinearSigmoid"),
    *("QLinearSoftmax", "QLinearWhere", "QuantizeLinear", "QEmbedLayerNormalization", "QAttention"),
)
"""What ONNXRuntime's quantizers write in a domain of their own."""


@pytest.mark.parametrize("kind", STANDARD)
def test_every_standard_operator_has_an_answer(kind: str) -> None:
    assert (Domain.STANDARD, kind) in {*converters(), *refusals()}


def test_every_operator_that_onnxruntime_quantizes_or_writes_has_an_answer() -> None:
    known = {*converters(), *refusals()}
    assert not [k for k in WRITTEN if (Domain.STANDARD, k) not in known]
    assert not [k for k in CONTRIBUTED if (Domain.MICROSOFT, k) not in known]
    assert BY_QUANTIZERS
    missing = [k for k in BY_QUANTIZERS if all((d, k) not in known for d in Domain)]
    assert not missing


@pytest.mark.parametrize(("domain", "kind"), refusals(), ids=str)
def test_a_reason_names_a_step(domain: Domain, kind: str) -> None:
    found, way_out = refusals()[domain, kind].found, refusals()[domain, kind].way_out
    assert found
    assert "simpler" not in way_out
    assert way_out[0].islower() or way_out.split()[0] in STANDARD


def test_a_refusal_names_the_layer_what_was_found_and_a_step(tmp_path: Path) -> None:
    path = saved(tmp_path, model([node("Det", ["x"], ["y"])], {"x": (1, 3, 3)}))
    with pytest.raises(UnsupportedError, match=r"^Det_y: Det is not supported: .*; end the file"):
        frontend.load(frontend.read(path))


QUANTIZED = [
    node("QuantizeLinear", ["f", "s", "z"], ["fq"]),
    node("DequantizeLinear", ["fq", "s", "z"], ["g"]),
]
TRIANGLE = np.triu(np.ones((8, 8), np.float32))
INSTEAD = {
    "ReduceL1": [
        node("Abs", ["a"], ["f"]),
        *QUANTIZED,
        node("ReduceSum", ["g", "axes"], ["r"], keepdims=0),
    ],
    "ReduceSumSquare": [
        node("Mul", ["a", "a"], ["f"]),
        *QUANTIZED,
        node("ReduceSum", ["g", "axes"], ["r"], keepdims=0),
    ],
    "CumSum": [node("MatMul", ["a", "triangle"], ["r"])],
    "Trilu": [node("Mul", ["a", "triangle"], ["r"])],
}


@pytest.mark.parametrize("kind", INSTEAD)
def test_the_step_that_is_named_helps(kind: str, tmp_path: Path) -> None:
    constants: dict[str, Constant] = {
        **CONSTANTS,
        "axes": np.asarray([2]),
        "triangle": TRIANGLE,
    }
    path = saved(tmp_path, model([*FIRST, *INSTEAD[kind], *LAST], {"x": (1, 8, 8)}, constants))
    proven(path, explained=3)
