"""The user's own .onnx file, run by an executor that is not ours, seen at every quantizer.

ONNXRuntime runs standard files, its graph optimizations off; the `qonnx` package runs QONNX.
"""

import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto
from onnx.reference import ReferenceEvaluator

from tercet.errors import UnsupportedError
from tercet.frontends.onnx import OnnxModel, shapes_of
from tercet.ir.types import Array
from tercet_golden.ort_session import session

IR_VERSION = 10
"""Of the file as qonnx is given it: it refuses newer ones."""
STANDARD = {"", "ai.onnx", "com.microsoft"}


def is_standard(model: OnnxModel) -> bool:
    """Whether ONNXRuntime knows every operator."""
    proto = onnx.load(model.path, load_external_data=False)
    return all(node.domain in STANDARD for node in proto.graph.node)


def run(model: OnnxModel, xs: Sequence[Array], wanted: Sequence[str]) -> dict[str, Array]:
    """The tensors `wanted`, (vectors, …), by name; the vectors go in as the file's batch is."""
    proto = onnx.load(model.path)
    execute = _onnxruntime(proto, wanted) if is_standard(model) else _qonnx(model, proto, wanted)
    names = [one.name for one in model.inputs]
    rows: dict[str, list[Array]] = {name: [] for name in wanted}
    for v in range(len(xs[0])):
        repeated = [np.repeat(x[v : v + 1], model.batch, 0) for x in xs]
        for name, value in execute(dict(zip(names, repeated, strict=True))).items():
            rows[name].append(np.asarray(value)[:1])
    return {name: np.concatenate(found) for name, found in rows.items()}


def _onnxruntime(proto: ModelProto, wanted: Sequence[str]) -> Any:
    there = {output.name for output in proto.graph.output}
    proto.graph.output.extend(onnx.ValueInfoProto(name=n) for n in wanted if n not in there)
    made = session(proto)
    kinds = {one.name: _dtype(one.type) for one in made.get_inputs()}

    def execute(feeds: Mapping[str, Array]) -> dict[str, Array]:
        typed = {name: x.astype(kinds[name]) for name, x in feeds.items()}
        return dict(zip(wanted, made.run(list(wanted), typed), strict=True))

    return execute


def _store_constants(proto: ModelProto) -> None:
    """Nodes `Constant` become initializers: qonnx runs each node in a graph that has inputs."""
    for node in [node for node in proto.graph.node if node.op_type == "Constant"]:
        (value,) = ReferenceEvaluator(node).run(None, {})
        stored = onnx.numpy_helper.from_array(np.asarray(value), node.output[0])
        proto.graph.initializer.append(stored)
        proto.graph.node.remove(node)


def _describe(model: OnnxModel, proto: ModelProto) -> None:
    """Say the shapes that the file leaves out: qonnx finds none behind two operators of its own."""
    told = (*proto.graph.input, *proto.graph.output, *proto.graph.value_info)
    known = {info.name for info in told}
    proto.graph.value_info.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in shapes_of(model).items()
        if name not in known
    )


def _dtype(kind: str) -> np.dtype[Any]:
    """Numpy's type for "tensor(float)" and the like."""
    name = kind.removeprefix("tensor(").removesuffix(")")
    return np.dtype({"float": "float32", "double": "float64"}.get(name, name))


def _qonnx(model: OnnxModel, proto: ModelProto, wanted: Sequence[str]) -> Any:
    if find_spec("qonnx") is None:
        raise UnsupportedError(
            "the file is QONNX, and the package qonnx, which runs such files, is not installed; "
            "pip install qonnx"
        )
    wrapper = import_module("qonnx.core.modelwrapper").ModelWrapper
    execution = import_module("qonnx.core.onnx_exec")
    shapes = import_module("qonnx.transformation.infer_shapes").InferShapes
    proto.ir_version = min(proto.ir_version, IR_VERSION)
    _store_constants(proto)
    _describe(model, proto)
    network = wrapper(proto).transform(shapes())

    def execute(feeds: Mapping[str, Array]) -> dict[str, Array]:
        typed = {name: x.astype(np.float32) for name, x in feeds.items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of every shape that the file leaves out
            context = execution.execute_onnx(network, typed, return_full_exec_context=True)
        return {name: context[name] for name in wanted}

    return execute
