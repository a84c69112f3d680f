"""Small ONNX models for the tests, and what ONNXRuntime makes of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from tercet.frontends import onnx as frontend
from tercet.ir.evaluate import evaluate
from tercet.ir.module import outputs_of
from tercet_golden.ort_session import session

Array = npt.NDArray[Any]
Constant = Array | np.generic | TensorProto
QONNX = "qonnx.custom_op.general"


def node(kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> NodeProto:
    return helper.make_node(kind, inputs, outputs, name=f"{kind}_{outputs[0]}", **attributes)


def model(
    nodes: Sequence[NodeProto],
    inputs: Mapping[str, Sequence[int | str]],
    constants: Mapping[str, Constant] | None = None,
    *,
    outputs: Sequence[str] | Mapping[str, Sequence[int]] = ("y",),
    opset: int = 17,
    ir: int = 8,
    element: int = TensorProto.FLOAT,
) -> onnx.ModelProto:
    """A model of these nodes; outputs of any type and shape, or of floats where shapes are given.

    The executor of qonnx wants their shapes.
    """
    given = {
        name: value if isinstance(value, TensorProto) else np.asarray(value)
        for name, value in (constants or {}).items()
    }
    stored = [
        value
        if isinstance(value, TensorProto)
        else numpy_helper.from_array(np.asarray(value), name)
        for name, value in given.items()
    ]
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(n, element, s) for n, s in inputs.items()],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, outputs[name])
            if isinstance(outputs, Mapping)
            else onnx.ValueInfoProto(name=name)
            for name in outputs
        ],
        stored,
    )
    domains = {n.domain for n in nodes if n.domain}
    imports = [helper.make_opsetid(domain, 1) for domain in sorted(domains)]
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset), *imports], ir_version=ir
    )


def saved(folder: Path, proto: onnx.ModelProto) -> Path:
    path = folder / "model.onnx"
    path.write_bytes(proto.SerializeToString())
    return path


def tercet(path: Path, *inputs: Array, semantics: str = "ideal") -> list[Array]:
    """Every output of the float dialect's own evaluation."""
    module = frontend.load(frontend.read(path), semantics)
    reals = [x.astype(np.float64) if x.dtype.kind == "f" else x.astype(np.int64) for x in inputs]
    values = evaluate(module, *reals)
    return [values[output] for output in outputs_of(module)]


def runtime(path: Path, inputs: Mapping[str, Array]) -> list[Array]:
    """Every output by ONNXRuntime, without optimizations."""
    found: list[Array] = session(onnx.load(path)).run(None, dict(inputs))
    return found


def close(found: Array, wanted: Array) -> None:
    """Equal but for the noise of float32."""
    assert found.shape == wanted.shape
    assert np.unique(wanted).size > 1, "compares a constant"
    np.testing.assert_allclose(found, wanted.astype(np.float64), rtol=2e-5, atol=2e-5)
