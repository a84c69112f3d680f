"""Check of the element types of a node's constants against the ONNX standard."""

from collections.abc import Sequence

import numpy as np
from onnx import TensorProto
from onnx.helper import np_dtype_to_tensor_dtype

from tercet.frontends.onnx.builder import Value
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.file.schema import schema_of
from tercet.frontends.onnx.node import Node


def require_types(node: Node, operands: Sequence[Value]) -> None:
    """Refuse constants of a type that their place does not allow.

    Constants of one type parameter must have the same type. A damaged type would read other
    numbers from the same bytes.
    """
    schema = schema_of(node.kind, node.version) if node.domain is Domain.STANDARD else None
    if schema is None or not schema.inputs:
        return
    bound: dict[str, str] = {}
    for i, value in enumerate(operands):
        if not isinstance(value, np.ndarray):
            continue
        formal = schema.inputs[min(i, len(schema.inputs) - 1)]
        name = TensorProto.DataType.Name(np_dtype_to_tensor_dtype(value.dtype)).lower()
        if f"tensor({name})" not in formal.types:
            allowed = ", ".join(sorted(t[7:-1] for t in formal.types if t.startswith("tensor(")))
            raise node.broken(f"its {formal.name} holds {name}", wanted=allowed)
        same = bound.setdefault(formal.type_str, name)
        if same != name and formal.is_homogeneous:
            raise node.broken(f"its constants hold {same} and {name}", wanted="one type")
