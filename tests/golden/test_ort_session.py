"""ONNXRuntime computes exact integer products, on processors that saturate them too."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from tercet_golden.ort_session import session, with_unsigned_weights

ROWS, INPUTS, OUTPUTS = 4, 64, 16


def product(weights: np.ndarray[Any, Any] | None, zero: np.ndarray[Any, Any] | None) -> ModelProto:
    """X @ weights of unsigned bytes x; without weights these are a second input."""
    given = [helper.make_tensor_value_info("x", TensorProto.UINT8, [ROWS, INPUTS])]
    constants = []
    if weights is None:
        given.append(helper.make_tensor_value_info("w", TensorProto.INT8, [INPUTS, OUTPUTS]))
    else:
        constants.append(numpy_helper.from_array(weights, "w"))
    operands = ["x", "w"]
    if zero is not None:
        constants.append(numpy_helper.from_array(zero, "z"))
        operands += ["", "z"]
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", operands, ["y"])],
        "product",
        given,
        [helper.make_tensor_value_info("y", TensorProto.INT32, [ROWS, OUTPUTS])],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def large(rng: np.random.Generator) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Bytes whose products of two exceed 16 bits."""
    x = rng.integers(200, 256, (ROWS, INPUTS)).astype(np.uint8)
    signs = rng.choice([-1, 1], (1, OUTPUTS))
    return x, (signs * rng.integers(100, 128, (INPUTS, OUTPUTS))).astype(np.int8)


def types(model: ModelProto) -> Sequence[int]:
    return [constant.data_type for constant in model.graph.initializer]


@pytest.mark.parametrize("zero", [None, 0, 5], ids=["none", "zero", "five"])
@pytest.mark.parametrize("constant", [True, False], ids=["constants", "an input"])
def test_signed_weights_become_unsigned_and_the_product_stays(
    zero: int | None, constant: bool
) -> None:
    x, w = large(np.random.default_rng(1))
    point = None if zero is None else np.array(zero, np.int8)
    model = product(w if constant else None, point)
    feeds = {"x": x} if constant else {"x": x, "w": w}
    wanted = x.astype(np.int64) @ (w.astype(np.int64) - (zero or 0))
    np.testing.assert_array_equal(session(model).run(None, feeds)[0], wanted)
    changed = with_unsigned_weights(model)
    made = ort.InferenceSession(changed.SerializeToString(), providers=["CPUExecutionProvider"])
    np.testing.assert_array_equal(made.run(None, feeds)[0], wanted)
    node = next(node for node in changed.graph.node if node.op_type == "MatMulInteger")
    assert node.input[1] == "w, unsigned"


def test_what_has_no_mixed_signs_is_left_as_it_is() -> None:
    x, w = large(np.random.default_rng(2))
    model = product(w.astype(np.uint8), np.array(3, np.uint8))
    assert with_unsigned_weights(model) == model
    wanted = x.astype(np.int64) @ (w.astype(np.uint8).astype(np.int64) - 3)
    np.testing.assert_array_equal(session(model).run(None, {"x": x})[0], wanted)


def test_the_model_that_is_given_is_not_changed() -> None:
    _, w = large(np.random.default_rng(3))
    model = product(w, None)
    with_unsigned_weights(model)
    assert list(types(model)) == [TensorProto.INT8]
