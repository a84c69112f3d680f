"""Runs of the user's own .onnx file by a third-party executor, with the values of every quantizer.

ONNXRuntime runs standard files, without graph optimizations; the `qonnx` package runs QONNX.
"""

import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, TensorProto
from onnx.helper import make_node, make_tensor_value_info
from onnx.reference import ReferenceEvaluator
from xdsl.dialects.builtin import ModuleOp

from tercet.errors import CaptureError, UnsupportedError
from tercet.frontends.onnx import OnnxModel, shapes_of
from tercet.ir.host.boundary import model_inputs
from tercet.ir.types import Array, IntArray
from tercet_golden.ort_session import session

IR_VERSION = 10
"""The IR version of the file given to qonnx, which refuses newer ones."""
NARROW = {
    TensorProto.INT4: TensorProto.INT8,
    TensorProto.UINT4: TensorProto.UINT8,
    TensorProto.INT2: TensorProto.INT8,
    TensorProto.UINT2: TensorProto.UINT8,
}
"""Byte types for the element types of 2 and 4 bits."""
STANDARD = {"", "ai.onnx", "com.microsoft"}


def is_standard(model: OnnxModel) -> bool:
    """Whether ONNXRuntime knows every operator."""
    proto = onnx.load(model.path, load_external_data=False)
    return all(node.domain in STANDARD for node in proto.graph.node)


def inputs_of(model: OnnxModel, module: ModuleOp, integers: Sequence[IntArray]) -> list[Array]:
    """Inputs of the file that its entries turn into these integers; zeros for an unused input."""
    made = {
        i: x.astype(np.int64) if x.dtype.kind in "iu" else x
        for i, x in model_inputs(module, *integers).items()
    }
    count = len(integers[0])
    return [
        np.asarray(made[i]) if i in made else np.zeros((count, *one.shape[1:]))
        for i, one in enumerate(model.inputs)
    ]


def run(model: OnnxModel, xs: Sequence[Array], wanted: Sequence[str]) -> dict[str, Array]:
    """The tensors `wanted`, (vectors, …), by name.

    A call has as many vectors as the file's batch has rows, so that mixed rows are noticed; the
    last call is filled up with the first vectors.
    """
    proto = onnx.load(model.path)
    execute = _onnxruntime(proto, wanted) if is_standard(model) else _qonnx(model, proto)
    count, names = len(xs[0]), [one.name for one in model.inputs]
    found: dict[str, list[Array]] = {name: [] for name in wanted}
    for first in range(0, count, model.batch):
        rows = np.arange(first, first + model.batch) % count
        made = execute({name: x[rows] for name, x in zip(names, xs, strict=True)})
        for name in wanted:
            found[name].append(_rows(model, name, np.asarray(made[name]))[: count - first])
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _rows(model: OnnxModel, name: str, value: Array) -> Array:
    if value.shape[:1] != (model.batch,):
        raise CaptureError(
            f"{model.path}: {model.batch} rows become {value.shape} in {name!r}; wanted the "
            "batch first in every tensor"
        )
    return value


def _onnxruntime(proto: ModelProto, wanted: Sequence[str]) -> Any:
    _widen(proto)
    there = {output.name for output in proto.graph.output}
    proto.graph.output.extend(onnx.ValueInfoProto(name=n) for n in wanted if n not in there)
    made = session(proto)
    kinds = {one.name: _dtype(one.type) for one in made.get_inputs()}

    def execute(feeds: Mapping[str, Array]) -> dict[str, Array]:
        # the session has the inputs in the file's order
        typed = {name: x.astype(kinds[name]) for name, x in zip(kinds, feeds.values(), strict=True)}
        return dict(zip(wanted, made.run(list(wanted), typed), strict=True))

    return execute


def _store_constants(proto: ModelProto) -> None:
    """Turn `Constant` nodes into initializers, because qonnx cannot run nodes without inputs."""
    for node in [node for node in proto.graph.node if node.op_type == "Constant"]:
        (value,) = ReferenceEvaluator(node).run(None, {})
        stored = onnx.numpy_helper.from_array(np.asarray(value), node.output[0])
        proto.graph.initializer.append(stored)
        proto.graph.node.remove(node)


def _describe(model: OnnxModel, proto: ModelProto) -> None:
    """Add missing shapes to the file, because qonnx infers none behind two of its operators."""
    told = (*proto.graph.input, *proto.graph.output, *proto.graph.value_info)
    known = {info.name for info in told}
    proto.graph.value_info.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in shapes_of(model).items()
        if name not in known
    )


def _widen(proto: ModelProto) -> None:
    """Turn inputs of 2 or 4 bits, which ONNXRuntime does not accept, into bytes and a Cast."""
    for value in proto.graph.input:
        kind = value.type.tensor_type
        wide = NARROW.get(kind.elem_type)
        if wide is not None:
            cast = make_node("Cast", [f"{value.name} in bytes"], [value.name], to=kind.elem_type)
            proto.graph.node.insert(0, cast)
            value.name, kind.elem_type = cast.input[0], wide


def _dtype(kind: str) -> np.dtype[Any]:
    """Numpy's type for "tensor(float)" and the like."""
    name = kind.removeprefix("tensor(").removesuffix(")")
    return np.dtype({"float": "float32", "double": "float64"}.get(name, name))


def _qonnx(model: OnnxModel, proto: ModelProto) -> Any:
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
    _close(model, proto)
    network = wrapper(proto)
    if not network.check_all_tensor_shapes_specified():
        # slow, because it writes zeros of every tensor's size
        network = network.transform(shapes())

    def execute(feeds: Mapping[str, Array]) -> dict[str, Array]:
        typed = {name: x.astype(np.float32) for name, x in feeds.items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of every missing shape
            context = execution.execute_onnx(network, typed, return_full_exec_context=True)
        return dict(context)

    return execute


def _close(model: OnnxModel, proto: ModelProto) -> None:
    """Fix the open input shapes of the file, because qonnx runs no others."""
    shapes = {one.name: (model.batch, *one.shape[1:]) for one in model.inputs}
    for value in proto.graph.input:
        if value.name in shapes:
            kind = value.type.tensor_type
            value.CopyFrom(make_tensor_value_info(value.name, kind.elem_type, shapes[value.name]))
