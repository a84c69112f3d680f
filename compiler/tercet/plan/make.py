"""From the integer graph to a plan."""

from collections.abc import Callable, Sequence

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.fabric import pt5
from tercet.fabric.frame import FRAME_BYTES
from tercet.fabric.mapping import DenseMap, up
from tercet.fabric.spec import BUS_BYTES, WORD, FabricSpec
from tercet.ir.interval import is_signed
from tercet.ir.module import input_type
from tercet.plan.layers import Layer, layers_of
from tercet.plan.mapping import choose
from tercet.plan.memory import MEMORY_BASE, PAGE, Memory, place
from tercet.plan.parameters import Post, post_of
from tercet.plan.plan import LayerPlan, Plan, Program, Segment
from tercet.plan.program import Addresses, Images, infer_frames, setup_frames
from tercet.plan.width import check_width

OVERLAP_FROM = 256
"""Inputs a slice from which the first layer starts on a part while the rest is being loaded."""


Chooser = Callable[[Sequence[Layer], FabricSpec], tuple[DenseMap, ...]]
"""Decides how every layer lies on the tiles."""


def make(module: ModuleOp, spec: FabricSpec, chooser: Chooser = choose) -> Plan:
    """Plan a network for a fabric.

    Raises UnsupportedError for a network that is no chain of ternary dense layers, CapacityError
    for one that does not fit.
    """
    layers = layers_of(module)
    for layer in layers:
        check_width(layer, spec)
    maps = chooser(layers, spec)
    posts = tuple(post_of(layer, spec) for layer in layers)
    planned = _placed(layers, maps, posts, spec)
    images = Images(
        tuple(_weight_image(p) for p in planned), tuple(_param_image(p) for p in planned)
    )
    signed = is_signed(input_type(module).element_type)

    memory = Memory()
    names = [layer.name for layer in planned]
    weights = memory.take_all(images.weights, [f"weights of {name}" for name in names])
    params = memory.take_all(images.params, [f"parameters of {name}" for name in names])
    first, last = planned[0], planned[-1]
    input_bytes = first.mapping.tk * first.mapping.slice_inputs
    dtype = "<i4" if last.post.wide else "i1" if is_signed(layers[-1].element) else "u1"
    output_bytes = up(last.outputs * np.dtype(dtype).itemsize, BUS_BYTES)
    at = Addresses(
        weights, params, memory.take(input_bytes, "input"), memory.take(output_bytes, "output")
    )
    setup = setup_frames(spec, planned, images, at)
    infer = infer_frames(spec, planned, at, signed, output_bytes)
    return Plan(
        spec=spec,
        layers=planned,
        setup=Program(memory.take(FRAME_BYTES * len(setup), "program"), setup),
        infer=Program(memory.take(FRAME_BYTES * len(infer), "program"), infer),
        segments=tuple(
            Segment(a, d)
            for a, d in zip((*weights, *params), (*images.weights, *images.params), strict=True)
        ),
        input_address=at.input,
        input_bytes=input_bytes,
        output_address=at.output,
        output_bytes=output_bytes,
        window=(MEMORY_BASE, up(memory.top, PAGE)),
        input_signed=signed,
        output_dtype=dtype,
    )


def _placed(
    layers: Sequence[Layer], maps: Sequence[DenseMap], posts: Sequence[Post], spec: FabricSpec
) -> tuple[LayerPlan, ...]:
    out_words = -(-maps[-1].outputs * (4 if posts[-1].wide else 1) // BUS_BYTES)
    names, entries = [layer.name for layer in layers], [post.entries for post in posts]
    places = place(names, maps, entries, out_words, spec)
    return tuple(
        LayerPlan(
            name=layer.name,
            sum_name=layer.sum_name,
            result_name=layer.result_name,
            mapping=mapping,
            matrix=layer.matrix,
            bias=layer.bias,
            post=post,
            zero_point=layer.zero_point,
            column_base=places.columns[i],
            act_base=places.acts[i],
            param_base=places.params[i],
            chunks=_chunks(mapping) if i == 0 else (mapping.slice_inputs,),
        )
        for i, (layer, mapping, post) in enumerate(zip(layers, maps, posts, strict=True))
    )


def _chunks(mapping: DenseMap) -> tuple[int, ...]:
    """Columns of the first layer's EXEC frames: it computes on a part while the rest is loaded.

    Its sums stay in the lanes between the parts, so it must have one pass only.
    """
    inputs = mapping.slice_inputs
    if mapping.passes > 1 or inputs < OVERLAP_FROM:
        return (inputs,)
    first = up(inputs // 3, WORD)
    return (first, inputs - first)


def _weight_image(layer: LayerPlan) -> bytes:
    """PT-5 columns, tile by tile, pass by pass."""
    return pt5.pack(layer.mapping.weights(layer.matrix)).tobytes()


def _param_image(layer: LayerPlan) -> bytes:
    """Entries, output slice by output slice, pass by pass, lane by lane."""
    return layer.post.data[layer.mapping.channels].tobytes()
