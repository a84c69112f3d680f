"""Pixel shuffle: channels to places of the image, and back."""

from tercet.frontends.onnx.builder import OnnxBuilder, Value, tensor
from tercet.frontends.onnx.node import Node
from tercet.frontends.onnx.operators.movement import reshaped
from tercet.frontends.onnx.registry import converts
from tercet.ir.types import shape_of
from tercet.ops.transpose import Transpose

ORDERS = {"DCR": (0, 3, 4, 1, 5, 2), "CRD": (0, 1, 4, 2, 5, 3)}


@converts("DepthToSpace")
def depth_to_space(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    source, block = tensor(node, x), node.integer("blocksize")
    order = ORDERS.get(node.text("mode", "DCR"))
    shape = shape_of(source)
    if order is None or len(shape) != 4 or block < 1 or shape[1] % (block * block):
        raise node.broken(f"blocks of {block} out of shape {shape}", way_out="they do not fit")
    _, channels, h, w = shape
    depth = channels // (block * block)
    first = (depth, block, block) if node.text("mode", "DCR") == "CRD" else (block, block, depth)
    wide = reshaped(builder, node, source, (*first, h, w))
    moved = builder.add(node, Transpose(wide, order, layer=node.name))
    return reshaped(builder, node, moved, (depth, h * block, w * block))


@converts("SpaceToDepth")
def space_to_depth(builder: OnnxBuilder, node: Node, x: Value) -> Value:
    source, block = tensor(node, x), node.integer("blocksize")
    shape = shape_of(source)
    if len(shape) != 4 or block < 1 or shape[2] % block or shape[3] % block:
        raise node.broken(f"blocks of {block} out of shape {shape}", way_out="they do not fit")
    _, channels, h, w = shape
    wide = reshaped(builder, node, source, (channels, h // block, block, w // block, block))
    moved = builder.add(node, Transpose(wide, (0, 3, 5, 1, 2, 4), layer=node.name))
    return reshaped(builder, node, moved, (channels * block * block, h // block, w // block))
