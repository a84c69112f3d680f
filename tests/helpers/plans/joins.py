"""Networks that concatenate: DenseNet, Inception and U-Net, small, all on one grid of values."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.op import IntegerOp
from tercet.ir.types import UI8, shape_of, tensor
from tercet.ops.concat import Concat
from tercet.ops.conv import Conv
from tercet.ops.conv_transpose import ConvTranspose
from tercet.ops.linear import Linear
from tercet.ops.max_pool import MaxPool
from tercet.ops.requantize import Requantize
from tercet.ops.reshape import Reshape

ZERO = 3
NONE = ((0, 0), (0, 0))


@dataclass
class Layers:
    """Adds layers with drawn weights to a network."""

    rng: np.random.Generator
    ops: list[IntegerOp] = field(default_factory=list)

    def conv(self, x: SSAValue, outputs: int, kernel: int = 3, groups: int = 1) -> SSAValue:
        inputs, pad = shape_of(x)[1], kernel // 2
        weight = self.rng.integers(-1, 2, (outputs, inputs // groups, kernel, kernel))
        return self._closed(
            Conv(
                x,
                weight,
                None,
                ZERO if len(self.ops) else 0,
                groups=groups,
                layer=self._name("conv"),
                stride=(1, 1),
                padding=((pad, pad),) * 2,
                dilation=(1, 1),
            )
        )

    def up(self, x: SSAValue, outputs: int) -> SSAValue:
        weight = self.rng.integers(-1, 2, (shape_of(x)[1], outputs, 2, 2))
        windows = {"stride": (2, 2), "padding": NONE, "dilation": (1, 1), "output_padding": (0, 0)}
        name = self._name("up")
        return self._closed(ConvTranspose(x, weight, None, ZERO, groups=1, layer=name, **windows))  # type: ignore[arg-type]

    def pool(self, x: SSAValue, *, halve: bool) -> SSAValue:
        edges = NONE if halve else ((1, 1), (1, 1))
        size = (2, 2) if halve else (3, 3)
        stride = size if halve else (1, 1)
        return self._add(
            MaxPool(
                x,
                kernel=size,
                stride=stride,
                padding=edges,
                dilation=(1, 1),
                layer=self._name("pool"),
            )
        )

    def cat(self, *xs: SSAValue) -> SSAValue:
        return self._add(Concat(xs, 1, layer=self._name("cat")))

    def dense(self, x: SSAValue, outputs: int) -> None:
        count = int(np.prod(shape_of(x)))
        flat = self._add(Reshape(x, (count,), layer="flat"))
        weight = self.rng.integers(-1, 2, (outputs, count))
        self._add(Linear(flat, weight, None, ZERO, layer="dense"))

    def _closed(self, sums: Conv | ConvTranspose) -> SSAValue:
        self.ops.append(sums)
        _, channels, *spatial = shape_of(sums.acc)
        mul, add = self.rng.integers(1, 9, channels), self.rng.integers(0, 9000, channels)
        return self._add(
            Requantize(
                sums.acc,
                mul,
                add,
                np.full(channels, 6),
                Interval(0, 255),
                Result(UI8, sums.layer.data, inner=int(np.prod(spatial)), zero_point=ZERO),
            )
        )

    def _add(self, op: IntegerOp) -> SSAValue:
        self.ops.append(op)
        return op.results[0]

    def _name(self, kind: str) -> str:
        return f"{kind}{len(self.ops)}"


def built(
    rng: np.random.Generator, size: int, body: Callable[[Layers, SSAValue], None]
) -> ModuleOp:
    def ops(x: SSAValue) -> list[IntegerOp]:
        layers = Layers(rng)
        body(layers, x)
        return layers.ops

    return build([tensor((1, 2, size, size), UI8)], ops)


def dense_block(
    rng: np.random.Generator, size: int = 8, stem: int = 8, growth: int = 6, count: int = 3
) -> ModuleOp:
    """Each layer reads all before it."""

    def body(net: Layers, x: SSAValue) -> None:
        known = [net.conv(x, stem)]
        for _ in range(count):
            known.append(net.conv(net.cat(*known) if len(known) > 1 else known[0], growth))
        net.dense(net.pool(net.conv(net.cat(*known), 10, 1), halve=True), 7)

    return built(rng, size, body)


def inception(rng: np.random.Generator, size: int = 8, width: int = 6, count: int = 2) -> ModuleOp:
    """Branches of 1x1, 3x3, 5x5 and a pool, side by side, `count` times."""

    def body(net: Layers, x: SSAValue) -> None:
        y = net.conv(x, 8)
        for _ in range(count):
            y = net.cat(
                net.conv(y, width, 1),
                net.conv(net.conv(y, 4, 1), width + 2),
                net.conv(net.conv(y, 3, 1), 4, 5),
                net.conv(net.pool(y, halve=False), 5, 1),
            )
        net.dense(net.pool(net.conv(y, 8, 1), halve=True), 5)

    return built(rng, size, body)


def unet(rng: np.random.Generator, size: int = 8) -> ModuleOp:
    """Two levels; the skips come behind what goes up, and one is read by a depthwise layer too."""

    def body(net: Layers, x: SSAValue) -> None:
        a = net.conv(x, 4)
        b = net.conv(net.pool(a, halve=True), 6)
        c = net.conv(net.pool(b, halve=True), 6)
        c = net.conv(net.cat(net.up(c, 5), b), 6)
        c = net.conv(net.cat(net.up(c, 4), a, net.conv(a, 4, groups=4)), 4)
        net.dense(net.pool(c, halve=True), 3)

    return built(rng, size, body)


def beside_input(rng: np.random.Generator, size: int = 6) -> ModuleOp:
    """The input, and a value that is there twice, are copied; the others lie there."""

    def body(net: Layers, x: SSAValue) -> None:
        a = net.conv(x, 4)
        y = net.cat(a, x, net.conv(a, 3), a)
        net.dense(net.conv(net.cat(y, net.conv(y, 5)), 4, 1), 3)

    return built(rng, size, body)


NETWORKS: dict[str, Callable[[np.random.Generator], ModuleOp]] = {
    "dense block": dense_block,
    "inception": inception,
    "unet": unet,
    "beside an input": beside_input,
}
