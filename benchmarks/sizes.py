"""How large a layer must be to keep a fabric busy: layers of usual sizes, half of the inputs zero.

Each stands in front of a second one, for which it writes: halos, slices and all.
"""

from collections.abc import Iterator

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from benchmarks.figures import Figures
from tercet.errors import CapacityError
from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import build, input_type
from tercet.ir.op import IntegerOp
from tercet.ir.types import UI8, IntArray, tensor
from tercet.ops.conv import Conv
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet.targets.fabric.format.spec import NAMED, FabricSpec
from tercet.targets.fabric.planner import make
from tercet_golden.cycles import predict

DENSE, CONV = 0.85, 0.70
"""Targets."""
CONVOLUTIONS = ((16, 8), (16, 16), (32, 8), (32, 16), (64, 8), (64, 16), (128, 8))
"""Channels, and rows of the image."""
LAYERS = ((256, 64), (512, 64), (1024, 64), (1024, 256), (2048, 256))
"""Inputs and outputs of dense layers."""
LAST = 4
"""Outputs of the second layer: bank C has to hold them."""
ZEROS, SEED = 0.5, 1


def run() -> Figures:
    """A row for every layer and fabric."""
    rows = [row for name, spec in NAMED.items() for row in _rows(name, spec)]
    reached = sum(row[-1] == "" for row in rows)
    return Figures(
        "Sizes: efficiency of layers by how large they are",
        (
            "fabric",
            "layer",
            "grid",
            "EXECs",
            "columns a pass",
            "cycles",
            "efficiency",
            "target",
            "",
        ),
        tuple(rows),
        (
            f"{reached} of {len(rows)} reach their targets. The first of two layers, ternary"
            f" weights of which a third are zero, {ZEROS:.0%} of the inputs zero at random, seed"
            f" {SEED}; by the exact model. A small layer on many lanes is bound by what does not"
            " shrink with it: 18 cycles and the adder tree's at the start and end of a frame, one"
            " value drained a cycle and tile.",
        ),
    )


def _rows(name: str, spec: FabricSpec) -> Iterator[tuple[str, ...]]:
    for channels, size in CONVOLUTIONS:
        module = _twice((channels, size, size), channels)
        yield name, f"3x3, {channels} channels, {size}x{size}", *_measured(module, spec, CONV)
    for inputs, outputs in LAYERS:
        module = _twice((inputs,), outputs)
        yield name, f"dense, {inputs} to {outputs}", *_measured(module, spec, DENSE)


def _twice(shape: tuple[int, ...], outputs: int) -> ModuleOp:
    """A layer with so many outputs, then one with a few."""
    rng = np.random.default_rng(SEED)

    def layer(x: SSAValue, inputs: int, outputs: int, name: str) -> list[IntegerOp]:
        if len(shape) == 1:
            return _closed(Linear(x, _trits(rng, outputs, inputs), None, layer=name), 1)
        conv = Conv(
            x,
            _trits(rng, outputs, inputs, 3, 3),
            stride=(1, 1),
            padding=((1, 1), (1, 1)),
            dilation=(1, 1),
            groups=1,
            layer=name,
        )
        return _closed(conv, shape[1] * shape[2])

    def body(x: SSAValue) -> list[IntegerOp]:
        first = layer(x, shape[0], outputs, "first")
        return [*first, *layer(first[1].results[0], outputs, LAST, "second")]

    return build([tensor((1, *shape), UI8)], body)


def _closed(layer: Conv | Linear, inner: int) -> list[IntegerOp]:
    """What is below zero becomes zero: about half of the results."""
    count = layer.acc.type.get_shape()[1]
    name, ones = layer.layer.data, np.ones(count, np.int64)
    shift, clip = 4 * ones, Interval(0, 255)
    closed = Requantize(layer.acc, ones, 0 * ones, shift, clip, Result(UI8, name, inner=inner))
    return [layer, closed]


def _trits(rng: np.random.Generator, *shape: int) -> IntArray:
    return rng.integers(-1, 1, shape, np.int64, endpoint=True)


def _measured(module: ModuleOp, spec: FabricSpec, target: float) -> tuple[str, ...]:
    try:
        plan = make(module, spec)
    except CapacityError as error:
        return "", "", "", "", "", f"{target:.2f}", f"refused: {str(error).partition(':')[0]}"
    shape = input_type(module).get_shape()
    rng = np.random.default_rng(SEED)
    x = np.where(rng.random(shape) < ZEROS, 0, rng.integers(1, 256, shape))
    frames = [
        frame
        for frame in predict(plan, x).runs[0].frames
        if frame.time is not None and frame.frame.layer == 0
    ]
    cycles = sum(frame.end - frame.start for frame in frames)
    issued = sum(frame.total("issued") for frame in frames) / spec.tiles
    passes = sum(frame.time.passes for frame in frames if frame.time is not None)
    efficiency = issued / cycles
    return (
        str(plan.layers[0].grid),
        str(len(frames)),
        f"{issued / max(passes, 1):.1f}",
        f"{cycles:,}",
        f"{efficiency:.2f}",
        f"{target:.2f}",
        "" if efficiency >= target else "missed",
    )
