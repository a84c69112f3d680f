"""The inputs of a file: their types and shapes, completed by the user's options."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from onnx import GraphProto, TensorProto, ValueInfoProto
from onnx.helper import tensor_dtype_to_np_dtype
from xdsl.dialects.builtin import f64
from xdsl.ir import Attribute

from tercet.errors import CaptureError, TercetError, UnsupportedError, UsageError
from tercet.frontends.elements import narrowest
from tercet.frontends.onnx.file.input_type import values_of, wished
from tercet.frontends.onnx.file.limits import ROW, require_shape, shown
from tercet.frontends.onnx.file.model import FileInput
from tercet.frontends.onnx.file.tensors import UNKNOWN, integer_type, is_real
from tercet.ir.interval import Interval
from tercet.ir.types import Int

Shape: TypeAlias = Sequence[int]
InputShape: TypeAlias = Mapping[str, Shape] | Shape | None
InputType: TypeAlias = Mapping[str, str] | str | None
Wish = TypeVar("Wish")
DATATYPE = "finn_datatype"
"""The key of QONNX' annotation of a tensor's values."""


def inputs_of(
    path: str, graph: GraphProto, constants: Container[str], given: InputShape, types: InputType
) -> tuple[tuple[FileInput, ...], int | None]:
    """The inputs that are not constants, and the file's batch, None if it is open."""
    protos = [proto for proto in graph.input if proto.name not in constants]
    names = [proto.name for proto in protos]
    if not protos or len(set(names)) != len(names):
        raise CaptureError(f"{path}: has inputs {_list(names)}; wanted one or more unlike names")
    wishes = _by_name(path, names, given, "shape")
    told = {n: wished(text) for n, text in _by_name(path, names, types, "type").items()}
    notes = _annotations(graph) | told
    inputs, batches = [], set[int]()
    for proto in protos:
        where = f"{path}: input {shown(proto.name)}"
        batch, *rest = _shape(where, proto, wishes.get(proto.name))
        require_shape(where, rest, ROW)
        batches.add(batch)
        note = notes.get(proto.name, "")
        element = _element(where, proto)
        if isinstance(element, Int):
            error = UsageError if proto.name in told else CaptureError
            element, note = _narrowed(where, element, note, error), ""
        inputs.append(FileInput(proto.name, (1, *rest), element, note))
    fixed = sorted(batches - {0})
    if len(fixed) > 1:
        raise UnsupportedError(
            f"{path}: its inputs have batches {_list(map(str, fixed))}; wanted the same first "
            "extent in each"
        )
    return tuple(inputs), fixed[0] if fixed else None


def _narrowed(where: str, element: Int, note: str, error: type[TercetError]) -> Int:
    """The values that `note` names, of an integer input; they must lie in its type."""
    values = values_of(note)
    if values is None:
        return element
    held = Interval.of(element)
    if values.step != 1 or values.zero or not held.holds(values.clip):
        raise error(
            f"{where}: holds integers in {held}, which {note} contradicts; wanted none, or fewer "
            "of them, such as UINT4: integers need no step and no zero point"
        )
    return narrowest(values.clip)


def _by_name(
    path: str, names: Sequence[str], given: Mapping[str, Wish] | Wish | None, what: str
) -> Mapping[str, Wish]:
    """The option of every input that has one."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        if len(names) != 1:
            raise UsageError(
                f"{path}: one {what} for inputs {_list(names)}; wanted a {what} by name"
            )
        return {names[0]: given}
    unknown = sorted(given.keys() - set(names))
    if unknown:
        raise UsageError(f"{path}: has no input {_list(unknown)}; it has {_list(names)}")
    return given


def _shape(where: str, proto: ValueInfoProto, wish: Shape | None) -> tuple[int, ...]:
    """The batch, which is 0 where it is open, and a row."""
    kind = proto.type.tensor_type
    # exporters write an open extent as a name, nothing, 0 or -1
    found = [max(dim.dim_value, 0) for dim in kind.shape.dim]
    if wish is None and (not kind.HasField("shape") or 0 in found[1:]):
        raise UnsupportedError(
            f"has shape {_open(proto)}, open beyond the batch",
            layer=where,
            way_out="export the model with the other extents fixed, or give --input-shape",
        )
    if wish is not None:
        fits = [e in (0, w) for e, w in zip(found, wish, strict=False)]
        if min(wish, default=1) < 1 or (found and not (all(fits) and len(found) == len(wish))):
            raise UsageError(f"{where}: has shape {_open(proto)}, not {tuple(wish)}")
        found = list(wish)
    if len(found) < 2:
        raise UnsupportedError(
            f"has shape {tuple(found)}", layer=where, wanted="the batch first, then its features"
        )
    return tuple(found)


def _open(proto: ValueInfoProto) -> str:
    dims = [d.dim_value or shown(d.dim_param) or "?" for d in proto.type.tensor_type.shape.dim]
    return f"({', '.join(map(str, dims))})"


def _element(where: str, proto: ValueInfoProto) -> Attribute:
    kind = proto.type.tensor_type.elem_type
    if kind not in UNKNOWN and kind in TensorProto.DataType.values():
        dtype = tensor_dtype_to_np_dtype(kind)
        if is_real(dtype):
            return f64
        found = integer_type(dtype)
        if found is not None:
            return found
    raise UnsupportedError("is no tensor of numbers", layer=where, wanted="floats or integers")


def _annotations(graph: GraphProto) -> dict[str, str]:
    return {
        note.tensor_name: entry.value
        for note in graph.quantization_annotation
        for entry in note.quant_parameter_tensor_names
        if entry.key == DATATYPE
    }


def _list(names: Iterable[str]) -> str:
    return ", ".join(shown(name) for name in names) or "none"
