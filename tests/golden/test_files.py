"""Real .onnx files by others: the file itself, run by an executor that is not ours, is equal."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnxruntime.quantization import QuantFormat, quantize_static
from tests.frontends.onnx.test_static import Images, network
from tests.helpers.onnx.graphs import saved
from tests.helpers.real_files import on_real_files
from xdsl.dialects.builtin import ModuleOp

from tercet import frontends, passes
from tercet.errors import UnsupportedError
from tercet.frontends.onnx import OnnxModel
from tercet.ir.host.boundary import entries_of
from tercet.ir.module import inputs_of, ops_of
from tercet.ir.types import SI64, dense, shape_of
from tercet.ops.requantize import Requantize
from tercet.passes.proofs.audit import audit
from tercet.passes.proofs.recheck import check
from tercet.passes.synthesis.certificate import certificates
from tercet.report.end_to_end import excess
from tercet_golden import integer, onnxruntime_golden, vectors
from tercet_golden.compare import compare
from tercet_golden.ort_session import session
from tercet_golden.user_model import file_golden

INPUT_TYPES: Mapping[str, str | None] = {
    "TFC_1W1A": None,
    "TFC_2W2A": None,
    "finn_build_dataflow": None,
    "unsw_nb15-mlp-w2a2": None,
    "qkeras_jettagging": "FIXED<16,6>",  # hls4ml's own choice: the file takes any float
}


def loaded(path: Path, input_type: str | None = None) -> tuple[OnnxModel, ModuleOp]:
    model = frontends.resolve(str(path), frontends.Reading(input_type)).module
    assert isinstance(model, OnnxModel)
    return model, frontends.load(model)


@on_real_files("path, input_type", *INPUT_TYPES.items())
def test_a_real_file_is_proven_and_equal_to_itself_at_every_quantizer(
    path: Path, input_type: str | None
) -> None:
    model, captured = loaded(path, input_type)
    module = passes.run(captured)
    drawn = vectors.make(module, (), 40, 7).xs
    golden = integer.run(module, *drawn)

    assert not [found for c in certificates(module) if (found := check(c))]
    assert not audit(captured, module).findings
    assert compare(golden, onnxruntime_golden.run(module, *drawn)).passed
    file, whole = file_golden.compare(model, captured, module, drawn, golden)
    assert file.passed, file.first
    assert file.compared > 5000
    assert (whole.beyond, whole.argmaxes or 0) == (0, 0), "the outputs are the file's"
    steps = [one for one in file.explained if not one.layer.startswith("output ")]
    assert not steps, "float32 went another way than the ideal"


@on_real_files(
    "path, count",
    ("eltwise_chanlast_testcase", 4),
    ("espcn_nn_resize_quant", 2),
    ("separable_conv_ch_last", 1),
)
def test_a_large_real_file_is_proven_and_equal_to_itself_but_for_ties(
    path: Path, count: int
) -> None:
    model, captured = loaded(path)
    module = passes.run(captured)
    noise = np.random.default_rng(7)
    bounds = [entry.clip for entry in entries_of(module)]
    drawn = [
        noise.integers(clip.low, clip.high + 1, (count, *shape_of(value)[1:]))
        for clip, value in zip(bounds, inputs_of(module), strict=True)
    ]
    file, whole = file_golden.compare(model, captured, module, drawn, integer.run(module, *drawn))
    assert not audit(captured, module).findings
    assert file.passed, file.first
    assert file.compared > 1_000_000
    assert excess(whole) is None, whole
    assert whole.differ == 0 or file.explained, "an output differs and no tie is the reason"


@pytest.mark.parametrize("form", [QuantFormat.QDQ, QuantFormat.QOperator], ids=["qdq", "qop"])
@pytest.mark.parametrize("channels", [False, True], ids=["tensor", "channel"])
def test_what_onnxruntime_quantized_is_proven_and_equal_to_the_file(
    form: QuantFormat, channels: bool, tmp_path: Path
) -> None:
    source, path = saved(tmp_path, network()), tmp_path / "quantized.onnx"
    quantize_static(str(source), str(path), Images(), quant_format=form, per_channel=channels)
    model = frontends.resolve(str(path)).module
    assert isinstance(model, OnnxModel)
    captured = frontends.load(model)
    module = passes.run(captured)
    drawn = vectors.make(module, (), 40, 7).xs
    golden = integer.run(module, *drawn)

    assert not [found for c in certificates(module) if (found := check(c))]
    assert not audit(captured, module).findings
    assert compare(golden, onnxruntime_golden.run(module, *drawn)).passed
    file, whole = file_golden.compare(model, captured, module, drawn, golden)
    assert excess(whole) is None, whole
    assert file.passed, file.first
    assert file.compared > 5000


@on_real_files("path", ("TFC_2W2A",))
def test_a_requantization_that_is_off_is_seen_in_the_file(path: Path) -> None:
    model, captured = loaded(path)
    broken = passes.run(captured)
    op = [op for op in ops_of(broken) if isinstance(op, Requantize)][1]
    _, add, shift = op.triples()
    op.properties["add"] = dense(add + (np.int64(1) << shift), SI64)
    drawn = vectors.make(broken, (), 20, 7).xs
    golden = integer.run(broken, *drawn)
    found, whole = file_golden.compare(model, captured, broken, drawn, golden)
    assert whole.differ
    assert not found.passed
    assert found.first is not None
    assert found.first.layer == f"{op.layer.data}:requantize"


@on_real_files("path", ("mnist_conv_float",))
def test_a_file_of_floats_is_sent_to_the_quantizer(path: Path) -> None:
    model = frontends.resolve(str(path)).module
    with pytest.raises(UnsupportedError, match=r"its weights are floats; .*quantize_static"):
        frontends.load(model)


def test_onnxruntime_says_nothing_during_a_comparison(capfd: pytest.CaptureFixture[str]) -> None:
    """A constant that no node reads is worth a warning to it."""
    unused = helper.make_tensor("unused", TensorProto.FLOAT, [1], [1.0])
    told = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])],
        "g",
        [told("x", TensorProto.FLOAT, [1, 3])],
        [told("y", TensorProto.FLOAT, [1, 3])],
        [unused],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    (y,) = session(model).run(None, {"x": np.array([[-1, 0, 2]], np.float32)})
    np.testing.assert_array_equal(y, [[0, 0, 2]])
    assert "unused" not in capfd.readouterr().err
