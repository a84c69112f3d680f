"""ONNXRuntime sessions with exact integer products and without graph optimizations.

On x86 processors without VNNI, such as those with AVX2 alone, ONNXRuntime adds two products of an
unsigned and a signed byte in 16 bits, which saturate: 255 * 127 * 2 becomes 32767. There the signed
weights become unsigned, 128 larger with a zero point 128 larger, which gives the same product.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import onnx
import onnxruntime as ort
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

SHIFT = 128
"""The difference between the unsigned and the signed byte of a weight."""


@dataclass(frozen=True)
class _Operands:
    """The positions of an operator's activations, weights and weights' zero point."""

    activations: int
    weights: int
    zero: int


PRODUCTS: Mapping[str, _Operands] = {
    "MatMulInteger": _Operands(0, 1, 3),
    "ConvInteger": _Operands(0, 1, 3),
    "QLinearMatMul": _Operands(0, 3, 5),
    "QLinearConv": _Operands(0, 3, 5),
    "QGemm": _Operands(0, 3, 5),
    "MatMulIntegerToFloat": _Operands(0, 1, 5),
    "DynamicQuantizeMatMul": _Operands(0, 1, 3),
}
MAKES_UNSIGNED = "DynamicQuantizeMatMul"
"""The operator that makes unsigned bytes of real activations."""


def session(model: ModelProto) -> ort.InferenceSession:
    """A session of `model` on one thread, with exact integer products."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    exact = with_unsigned_weights(model) if saturates() else model
    return ort.InferenceSession(
        exact.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


@lru_cache(maxsize=1)
def saturates() -> bool:
    """Whether products of unsigned and signed bytes saturate on this processor, by a test run."""
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["x", "w"], ["y"])],
        "probe",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, [1, 64])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, [1, 16])],
        [numpy_helper.from_array(np.full((64, 16), 127, np.int8), "w")],
    )
    probe = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    run = ort.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = run.run(None, {"x": np.full((1, 64), 255, np.uint8)})
    return bool((found != 255 * 127 * 64).any())


def with_unsigned_weights(model: ModelProto) -> ModelProto:
    """The same network with unsigned weights in every product of unsigned activations."""
    found = ModelProto()
    found.CopyFrom(model)
    types = _types(found)
    nodes: list[NodeProto] = []
    moved: dict[str, str] = {}
    for node in found.graph.node:
        operands = PRODUCTS.get(node.op_type)
        if operands is not None and _mixed(node, operands, types):
            for at in (operands.weights, operands.zero):
                node.input.extend([""] * (at + 1 - len(node.input)))
                name = node.input[at]
                if name not in moved:
                    moved[name] = _unsigned(found, name, nodes)
                node.input[at] = moved[name]
        nodes.append(node)
    del found.graph.node[:]
    found.graph.node.extend(nodes)
    return found


def _mixed(node: NodeProto, operands: _Operands, types: Mapping[str, int]) -> bool:
    given = types.get(node.input[operands.activations])
    unsigned = node.op_type == MAKES_UNSIGNED or given == TensorProto.UINT8
    return unsigned and types.get(node.input[operands.weights]) == TensorProto.INT8


def _types(model: ModelProto) -> dict[str, int]:
    """The element type of every tensor that inference finds."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    told = (*graph.input, *graph.output, *graph.value_info)
    types = {value.name: value.type.tensor_type.elem_type for value in told}
    types |= {constant.name: constant.data_type for constant in graph.initializer}
    for node in graph.node:  # for operators unknown to inference, the zero point has the type
        if node.op_type == "QGemm":
            types.setdefault(node.input[0], types.get(node.input[2], TensorProto.UNDEFINED))
    return types


def _unsigned(model: ModelProto, name: str, nodes: list[NodeProto]) -> str:
    """The name of the bytes `name`, 128 larger; "" is a zero point of 0 that was left out."""
    new = f"{name}, unsigned"
    constants = {constant.name: constant for constant in model.graph.initializer}
    if not name or name in constants:
        old = numpy_helper.to_array(constants[name]) if name else np.zeros((), np.int8)
        larger = (old.astype(np.int16) + SHIFT).astype(np.uint8)
        model.graph.initializer.append(numpy_helper.from_array(larger, new))
        return new
    shift = f"{name}, shift"
    model.graph.initializer.append(numpy_helper.from_array(np.array(SHIFT, np.int32), shift))
    nodes.append(helper.make_node("Cast", [name], [f"{name}, wide"], to=TensorProto.INT32))
    nodes.append(helper.make_node("Add", [f"{name}, wide", shift], [f"{name}, larger"]))
    nodes.append(helper.make_node("Cast", [f"{name}, larger"], [new], to=TensorProto.UINT8))
    return new
