"""A checked network from a file, or an error that says what is wrong with the file."""

from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import ModelProto

from tercet.errors import CaptureError, UnsupportedError
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.file.inputs import InputShape, InputType, inputs_of
from tercet.frontends.onnx.file.limits import FILE_BYTES, shown
from tercet.frontends.onnx.file.model import OnnxModel
from tercet.frontends.onnx.file.sound import constants_of, nodes_of

IR_VERSIONS = range(3, 14)
OPSETS = range(8, 26)
OPEN_BATCH = 11
"""The rows of an open batch; one row would hide operators that mix rows."""


def read(
    path: str | Path, input_shape: InputShape = None, input_type: InputType = None
) -> OnnxModel:
    """The network in the file at `path`.

    `input_shape`, batch first, completes open shapes: one shape, or one by name of input.
    `input_type` names the values of a float input without a quantizer in the file: QONNX' name of a
    type and a step, such as INT8:0.0625 or FIXED<8,4>.
    """
    place = Path(path)
    proto = _parsed(place)
    if not _is_text(proto):
        raise CaptureError(f"{place}: holds a name that is not text; the file is damaged")
    return _model(place, proto, input_shape, input_type)


def _parsed(path: Path) -> ModelProto:
    if not path.is_file():
        raise CaptureError(f"{path}: no such file; wanted an ONNX model")
    size = path.stat().st_size
    if size > FILE_BYTES:
        raise UnsupportedError(
            f"{path}: has {size} bytes; Tercet reads up to {FILE_BYTES}, with large constants in "
            "external data files"
        )
    proto = ModelProto()
    try:
        proto.ParseFromString(path.read_bytes())
    except DecodeError as error:
        raise CaptureError(
            f"{path}: is no ONNX file, or a damaged one; was it copied whole?"
        ) from error
    return proto


def _is_text(message: Any) -> bool:
    """Whether every string is text; protobuf returns bytes that are not UTF-8 as bytes."""
    for kind, value in message.ListFields():
        parts = value if kind.is_repeated else (value,)
        if kind.type == kind.TYPE_STRING and not all(isinstance(part, str) for part in parts):
            return False
        if kind.type == kind.TYPE_MESSAGE and not all(_is_text(part) for part in parts):
            return False
    return True


def _model(
    path: Path, proto: ModelProto, input_shape: InputShape, input_type: InputType
) -> OnnxModel:
    versions = _versions(path, proto)
    graph = proto.graph
    if graph.sparse_initializer:
        raise UnsupportedError(f"{path}: has sparse constants; wanted dense ones")
    constants = constants_of(str(path), graph, path.parent)
    inputs, batch = inputs_of(str(path), graph, constants, input_shape, input_type)
    known = {one.name for one in inputs} | constants.keys()
    nodes = nodes_of(str(path), graph, versions, known)
    outputs = tuple(output.name for output in graph.output)
    opset = versions[Domain.STANDARD]
    rows = OPEN_BATCH if batch is None else batch
    return OnnxModel(
        path, path.stem, inputs, nodes, constants, outputs, opset, rows, open=batch is None
    )


def _versions(path: Path, proto: ModelProto) -> dict[Domain, int]:
    """The version of each operator family that the file imports."""
    if proto.ir_version not in IR_VERSIONS:
        raise UnsupportedError(
            f"{path}: has IR version {proto.ir_version}; wanted {_span(IR_VERSIONS)}"
        )
    if proto.functions:
        name = shown(proto.functions[0].name)
        raise UnsupportedError(
            f"{path}: defines function {name}; inline it with onnx.inliner.inline_local_functions"
        )
    versions = {Domain.STANDARD: 0}
    for entry in proto.opset_import:
        domain = Domain.of(entry.domain)
        if domain is not None:
            versions[domain] = max(entry.version, versions.get(domain, 0))
    if versions[Domain.STANDARD] not in OPSETS:
        found = versions[Domain.STANDARD]
        raise UnsupportedError(
            f"{path}: has version {found} of the standard operators; wanted {_span(OPSETS)}, which "
            "onnx.version_converter makes"
        )
    return versions


def _span(versions: range) -> str:
    return f"{versions.start} to {versions.stop - 1}"
