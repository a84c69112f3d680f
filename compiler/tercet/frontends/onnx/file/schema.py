"""Checks of a node against the ONNX standard: number of operands, attributes."""

from functools import cache

from onnx.defs import OpSchema, SchemaError, get_schema

from tercet.frontends.onnx.file.limits import shown
from tercet.frontends.onnx.node import Node

QUANTIZERS = ("QuantizeLinear", "DequantizeLinear")
AXES = 13
"""The first version in which QuantizeLinear and DequantizeLinear have an axis."""
SINGLE = OpSchema.FormalParameterOption.Single


def require_schema(node: Node) -> None:
    """Refuse a node that its version of the standard does not define."""
    schema = schema_of(node.kind, node.version)
    if schema is None:
        raise node.unsupported(
            f"operator {node.kind} is not in version {node.version} of ONNX' operators",
            way_out="export the model anew",
        )
    for count, low, high, what in (
        (len(node.inputs), schema.min_input, schema.max_input, "operands"),
        (len(node.outputs), schema.min_output, schema.max_output, "results"),
    ):
        if not low <= count <= high:
            raise node.broken(f"{node.kind} with {count} {what}", wanted=f"{low} to {high}")
    for name, formal in zip(node.inputs, schema.inputs, strict=False):
        if not name and formal.option is SINGLE:
            raise node.broken(
                f"{node.kind} without operand {formal.name}", way_out="it is required"
            )
    for name in node.attributes:
        if name not in schema.attributes:
            _require_axes(node, name)
            raise node.broken(
                f"{node.kind} of version {node.version} has no attribute {shown(name)!r}",
                wanted=f"one of {', '.join(sorted(schema.attributes)) or 'none'}",
            )
    for name, attribute in schema.attributes.items():
        if attribute.required and name not in node.attributes:
            raise node.broken(f"{node.kind} without {name}", way_out="the attribute is required")


def _require_axes(node: Node, attribute: str) -> None:
    """Refuse per-channel scales in a file that is too old for them, as quantize_static writes."""
    if (node.kind in QUANTIZERS, attribute, node.version < AXES) == (True, "axis", True):
        raise node.broken(
            f"{node.kind} has scales for each channel, which version {node.version} of ONNX' "
            "operators does not know",
            way_out=(
                "convert the float file with "
                f"onnx.version_converter.convert_version(model, {AXES}), and quantize that"
            ),
        )


@cache
def schema_of(kind: str, version: int) -> OpSchema | None:
    try:
        return get_schema(kind, version, "")
    except SchemaError:
        return None
