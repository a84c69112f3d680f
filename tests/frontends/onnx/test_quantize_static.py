"""What quantize_static writes of float networks is taken, or refused with a step that helps.

A few cells of the table; `python -m benchmarks quantize_static` has them all.
"""

from pathlib import Path

import numpy as np
import onnx
import pytest
from benchmarks.static.networks import NETWORKS
from benchmarks.static.outcome import Cell, Outcome, cell, outcome_of
from benchmarks.static.quantizing import Way
from benchmarks.static.steps import STEPS, Case
from onnxruntime.quantization import QuantType

from tercet.frontends import onnx as frontend
from tercet.ir.module import steps_of
from tercet.ops.gather import Gather
from tercet.ops.real.dequantize import Dequantize
from tercet.ops.real.quantize import Quantize

PRODUCTS = {"op_types_to_quantize": ["Conv", "Gemm", "MatMul"]}
TAKEN = {
    "an embedding of bytes": ("words", Way("QOperator")),
    "an embedding with a zero point": ("words", Way("QDQ", True)),
    "a pool of a ReLU without a quantizer": ("cnn", Way("QDQ", False, PRODUCTS)),
    "pools": ("pools", Way("QOperator", True)),
    "batch norms that cannot be folded": ("preactivated", Way("QDQ", True)),
    "clips, depthwise": ("mobile", Way("QOperator")),
    "two inputs": ("two", Way("QDQ")),
    "a gated cell, unrolled": ("unrolled", Way("QOperator")),
    "bytes with a sign": ("cut", Way("QOperator", True, {"activation_type": QuantType.QInt8})),
    "floats of a bias": ("keywords", Way("QDQ", True, {"extra_options": {"QuantizeBias": False}})),
}
REFUSED = {
    "ForceQuantizeNoInputCheck": ("preactivated", Way("QOperator")),
    "quant_format=QuantFormat.QDQ": ("autoencoder", Way("QOperator")),
    "weight_type=QuantType.QInt8": ("mlp", Way("QDQ", False, {"weight_type": QuantType.QUInt8})),
    "convert_version(model, 13)": ("cnn_unfolded", Way("QDQ", True)),
    "opset 17 or more": ("transformer_old", Way("QDQ")),
    "a ConvTranspose in its place": ("unet_bilinear", Way("QDQ")),
    "unroll it into": ("recurrent", Way("QDQ")),
}
"""By the words that name the step."""


def case(name: str, way: Way, folder: Path) -> Case:
    source = folder / "float.onnx"
    NETWORKS[name].export(source)
    return Case(NETWORKS[name], way, source)


@pytest.mark.parametrize("kind", TAKEN)
def test_it_is_proven_and_equal_to_the_file(kind: str, tmp_path: Path) -> None:
    found = outcome_of(case(*TAKEN[kind], tmp_path))
    assert found.taken, found


def test_every_step_has_a_case() -> None:
    assert REFUSED.keys() == STEPS.keys()


@pytest.mark.parametrize("words", REFUSED)
def test_the_step_that_a_refusal_names_helps(words: str, tmp_path: Path) -> None:
    found = cell(case(*REFUSED[words], tmp_path))
    assert found.first.word in ("refused", "invalid")
    assert words in found.first.detail
    assert "simpler" not in found.first.detail
    assert [name for name, _ in found.steps] == [STEPS[words][0]]
    assert found.last.taken, found.last


def test_a_clip_off_the_grid_is_no_integer(tmp_path: Path) -> None:
    """The 6 of a ReLU6 is no multiple of the scale, so the pool's input is not on the grid."""
    found = outcome_of(case("mobile", Way("QDQ", False, PRODUCTS), tmp_path))
    assert found.word == "refused"
    assert "GlobalAveragePool" in found.detail


def test_a_pool_reads_the_integers_of_a_relu(tmp_path: Path) -> None:
    """Through the max pool between: on the grid of the convolution, from its zero point on."""
    given = case("cnn", Way("QDQ", False, PRODUCTS), tmp_path)
    assert outcome_of(given).taken
    steps = steps_of(frontend.load(frontend.read(tmp_path / "float.quantized.onnx")))
    (added,) = [
        s for s in steps if isinstance(s, Quantize) and s.quantizer.data == "/3/MaxPool_output_0"
    ]
    (grid,) = [use.operation for use in added.q.uses]
    assert isinstance(grid, Dequantize)
    assert added.low == added.zero_point == grid.zero_point
    assert (added.scale, added.high.value.data) == (grid.scale, 255)


def test_an_embedding_keeps_its_zero_point(tmp_path: Path) -> None:
    given = case("words", Way("QDQ"), tmp_path)
    assert outcome_of(given).taken
    path = tmp_path / "float.quantized.onnx"
    (table,) = [s for s in steps_of(frontend.load(frontend.read(path))) if isinstance(s, Gather)]
    (stored,) = [c for c in onnx.load(path).graph.initializer if c.name == "table.weight_quantized"]
    rows, whole = table.rows(), onnx.numpy_helper.to_array(stored).astype(int)
    assert rows.min() == 0
    np.testing.assert_array_equal(rows - rows.max(), whole - whole.max())


def test_what_is_wrong_is_called_so() -> None:
    """A refusal that no step follows is none that the table may pass."""
    refused, taken = Outcome("refused"), Outcome("exact")
    assert Cell(refused).wrong
    assert Cell(refused, (("a", refused),)).wrong
    assert Cell(Outcome("beyond")).wrong
    assert not Cell(refused, (("a", taken),)).wrong
    assert not Cell(taken).wrong
