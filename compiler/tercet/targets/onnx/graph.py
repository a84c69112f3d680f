"""The integer graph as standard ONNX, operator set 17: any runtime computes the same integers.

Names of the operators' results are those of `tercet.ir.names`. Every operator writes itself.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.ir.module import inputs_of, ops_of, outputs_of
from tercet.ir.names import value_names
from tercet.ir.types import storage, tensor_type
from tercet.targets.shared.boundary import inputs, outputs

OPSET = 17
IR_VERSION = 10
"""Old enough for every ONNXRuntime of the last years."""


@dataclass
class Graph:
    """The nodes and constants so far: the `OnnxGraph` that operators write to."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)
    prefix: str = ""

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{self.prefix}/{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, values: npt.ArrayLike, dtype: npt.DTypeLike = np.int64) -> str:
        name = f"{self.prefix}/constant{len(self.constants)}"
        array = np.ascontiguousarray(np.asarray(values).astype(dtype))
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def cast(self, value: str, dtype: npt.DTypeLike) -> str:
        return self.node("Cast", value, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def rename(self, old: str, new: str) -> None:
        """Rename the last node's result to the name of the value that it computes."""
        last = self.nodes[-1]
        assert list(last.output) == [old], "an operator's result must be its last node's"
        last.output[0] = new


def export(module: ModuleOp, name: str, *, every_value: bool = False) -> ModelProto:
    """The checked ONNX model; with `every_value` all values are outputs, not only the last."""
    names, graph = value_names(module), Graph()
    for op in ops_of(module):
        graph.prefix = names[op.results[0]]
        result = op.onnx(graph, *(names[operand] for operand in op.operands))
        graph.rename(result, graph.prefix)
    results = [op.results[0] for op in ops_of(module)]
    wanted = results if every_value else list(outputs_of(module))
    proto = helper.make_graph(
        graph.nodes,
        name,
        [_info(value, names[value]) for value in inputs_of(module)],
        [_info(value, names[value]) for value in wanted],
        graph.constants,
    )
    model = helper.make_model(
        proto,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="tercet",
    )
    given = {f"tercet.input{i}": asdict(one) for i, one in enumerate(inputs(module))}
    made = {f"tercet.output{i}": asdict(one) for i, one in enumerate(outputs(module))}
    told = {name: json.dumps(one) for name, one in (given | made).items()}
    helper.set_model_props(model, told)
    onnx.checker.check_model(model)
    return model


def emit(module: ModuleOp, name: str) -> Mapping[str, bytes]:
    """The file by path."""
    return {f"{name}.onnx": export(module, name).SerializeToString()}


def _info(value: SSAValue, name: str) -> ValueInfoProto:
    kind = tensor_type(value)
    element = helper.np_dtype_to_tensor_dtype(storage(kind.element_type))
    return helper.make_tensor_value_info(name, element, ["batch", *kind.get_shape()[1:]])
