"""One node of a file, with its names and typed attributes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from onnx import AttributeProto, NodeProto, TensorProto

from tercet.errors import CaptureError, UnsupportedError
from tercet.frontends.onnx.domain import Domain
from tercet.frontends.onnx.file.limits import shown

Attributes = Mapping[str, AttributeProto]
Given = TypeVar("Given")


@dataclass(frozen=True)
class Node:
    """A NodeProto in the form that converters read."""

    name: str
    """The name of the layer in messages and in the IR."""
    kind: str
    domain: Domain
    version: int
    """The version of its domain's operators."""
    inputs: tuple[str, ...]
    """The names of the operands; "" for one that is left out."""
    outputs: tuple[str, ...]
    attributes: Attributes = field(default_factory=dict)

    def broken(self, found: str, *, wanted: str = "", way_out: str = "") -> CaptureError:
        """The error for a file that breaks a rule of ONNX."""
        return CaptureError(found, layer=self.name, wanted=wanted, way_out=way_out)

    def unsupported(self, found: str, *, wanted: str = "", way_out: str = "") -> UnsupportedError:
        """The error for a legal node that Tercet does not support."""
        return UnsupportedError(found, layer=self.name, wanted=wanted, way_out=way_out)

    def has(self, attribute: str) -> bool:
        return attribute in self.attributes

    def integer(self, attribute: str, default: int | None = None) -> int:
        found = self._typed(attribute, AttributeProto.INT, default is not None)
        return int(found.i) if found is not None else _given(default)

    def real(self, attribute: str, default: float | None = None) -> float:
        found = self._typed(attribute, AttributeProto.FLOAT, default is not None)
        return float(found.f) if found is not None else _given(default)

    def text(self, attribute: str, default: str | None = None) -> str:
        found = self._typed(attribute, AttributeProto.STRING, default is not None)
        return found.s.decode("utf-8", "replace") if found is not None else _given(default)

    def integers(
        self, attribute: str, default: tuple[int, ...] | None = None
    ) -> tuple[int, ...] | None:
        """A list of integers; None if the attribute is absent and has no default."""
        found = self._typed(attribute, AttributeProto.INTS, True)
        return default if found is None else tuple(found.ints)

    def reals(self, attribute: str) -> tuple[float, ...] | None:
        found = self._typed(attribute, AttributeProto.FLOATS, True)
        return None if found is None else tuple(found.floats)

    def tensor(self, attribute: str) -> TensorProto | None:
        found = self._typed(attribute, AttributeProto.TENSOR, True)
        return None if found is None else found.t

    def _typed(self, attribute: str, kind: int, optional: bool) -> AttributeProto | None:
        found = self.attributes.get(attribute)
        if found is None:
            if optional:
                return None
            raise self.broken(
                f"{self.kind} without {attribute}", way_out="the attribute is required"
            )
        if found.type != kind or found.ref_attr_name:
            wanted = AttributeProto.AttributeType.Name(kind)
            raise self.broken(f"attribute {attribute} has another type", wanted=wanted)
        return found


def _given(default: Given | None) -> Given:
    assert default is not None
    return default


def made_of(proto: NodeProto, domain: Domain, version: int) -> Node:
    """The node of a NodeProto; without a name, it has that of its first result."""
    outputs = tuple(proto.output)
    own = proto.name or next((f"{proto.op_type} {name}" for name in outputs if name), "")
    attributes = {a.name: a for a in proto.attribute}
    name = shown(own.removeprefix("/") or proto.op_type)
    if len(attributes) != len(proto.attribute):
        raise CaptureError("has the same attribute twice", layer=name, wanted="each once")
    return Node(
        name, shown(proto.op_type), domain, version, tuple(proto.input), outputs, attributes
    )
