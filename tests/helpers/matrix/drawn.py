"""Networks drawn at random: a graph of layers whose values meet and part."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from hypothesis import strategies as st
from tests.helpers.matrix.parts import (
    INPUTS,
    WEIGHTS,
    Nibble,
    Scales,
    Shifted,
    Signed,
    SignedDyadic,
    SignedNibble,
    Unsigned,
    act,
    conv,
    conv1,
    linear,
    norm,
)
from torch import Tensor, nn
from torch.nn import functional

Shape = tuple[int, ...]
MOST = 120
"""Elements of a value."""
LEAST, LARGEST = 2, 4
"""Steps of a graph."""
GRIDS = [Signed, Signed, SignedDyadic, Shifted, Unsigned, Nibble, SignedNibble, Scales]
ACTIVATIONS: list[Callable[[], nn.Module]] = [
    nn.Identity,
    nn.ReLU,
    nn.ReLU6,
    lambda: nn.LeakyReLU(0.2),
    nn.PReLU,
    nn.ELU,
    nn.GELU,
    nn.SiLU,
    nn.Hardswish,
    nn.Sigmoid,
    nn.Tanh,
    lambda: nn.Threshold(0.1, -0.2),
]


@dataclass(frozen=True)
class Step:
    """One operator: which values it takes, and what computes its result."""

    operands: tuple[int, ...]
    layer: nn.Module
    """Ends in a quantizer."""


class Applied(nn.Module):
    """A function of torch, then a quantizer."""

    def __init__(self, function: Callable[..., Tensor], after: nn.Module) -> None:
        super().__init__()
        self.function, self.after = function, after

    def forward(self, *xs: Tensor) -> Any:
        return self.after(self.function(*xs))


class Graph(nn.Module):
    """Runs its steps in order; returns the values that were chosen."""

    def __init__(self, first: nn.Module, steps: list[Step], outputs: list[int]) -> None:
        super().__init__()
        self.first, self.layers = first, nn.ModuleList([step.layer for step in steps])
        self.operands, self.outputs = [step.operands for step in steps], outputs

    def forward(self, x: Tensor) -> Any:
        values = [self.first(x)]
        for operands, layer in zip(self.operands, self.layers, strict=True):
            values.append(layer(*(values[i] for i in operands)))
        return tuple(values[i] for i in self.outputs)


class Builder:
    """The values so far with their shapes, and the strategy that decides."""

    def __init__(self, draw: st.DrawFn, shape: Shape) -> None:
        self.draw, self.shapes, self.steps = draw, [shape], list[Step]()

    def pick(self, options: list[Any]) -> Any:
        return self.draw(st.sampled_from(options))

    def value(self, rank: int = 0) -> int | None:
        """One of the values, of that rank; late ones more often."""
        found = [i for i, shape in enumerate(self.shapes) if rank in (0, len(shape))]
        return self.pick(found[-3:]) if found else None

    def grid(self) -> nn.Module:
        """What ends a step."""
        quantizer: nn.Module = act(self.pick(GRIDS))
        return quantizer

    def tail(self) -> nn.Module:
        return nn.Sequential(self.pick(ACTIVATIONS)(), self.grid())

    def add(self, operands: tuple[int, ...], layer: nn.Module) -> None:
        """Its shape is found by running it."""
        with torch.no_grad():
            result = layer.eval()(*(torch.zeros(2, *self.shapes[i]) for i in operands))
        shape = tuple(getattr(result, "value", result).shape[1:])
        if 0 < prod(shape) <= MOST:
            self.shapes.append(shape)
            self.steps.append(Step(operands, layer))


def convolution(b: Builder) -> None:
    if (x := b.value(3)) is None:
        return sequence(b)
    channels, *size = b.shapes[x]
    kernel, stride, dilation = b.pick([1, 2, 3]), b.pick([1, 1, 2, 3]), b.pick([1, 1, 2])
    padding = b.pick([0, 1, 2])
    if min(size) + 2 * padding < dilation * (kernel - 1) + 1:
        return None
    deep = b.pick([True, False])
    more = {
        "stride": stride,
        "dilation": dilation,
        "padding": padding,
        "bias": b.pick([True, False]),
    }
    outputs = channels if deep else b.pick([1, 2, 4])
    more["groups"] = channels if deep else 1
    layer = conv(channels, outputs, kernel, WEIGHTS[b.pick(list(WEIGHTS))], **more)
    between = norm(outputs, 2) if b.pick([True, False]) else nn.Identity()
    b.add((x,), nn.Sequential(layer, between, b.tail()))
    return None


def sequence(b: Builder) -> None:
    if (x := b.value(2)) is None:
        return dense(b)
    kernel = b.pick([1, 2, 3])
    layer = conv1(b.shapes[x][0], b.pick([1, 3, 4]), kernel, padding=kernel // 2, bias=True)
    b.add((x,), nn.Sequential(layer, b.tail()))
    return None


def dense(b: Builder) -> None:
    x = b.value()
    assert x is not None
    outputs, rank = b.pick([1, 3, 6]), len(b.shapes[x])
    layer = linear(b.shapes[x][-1], outputs, WEIGHTS[b.pick(list(WEIGHTS))], b.pick([True, False]))
    between = norm(outputs, 1) if rank == 1 and b.pick([True, False]) else nn.Identity()
    b.add((x,), nn.Sequential(layer, between, b.tail()))


def pool(b: Builder) -> None:
    if (x := b.value(3)) is None:
        return dense(b)
    kernel, stride = b.pick([2, 3]), b.pick([1, 2, 3])
    padding, ceil = b.pick([0, 1]), b.pick([True, False])
    if min(b.shapes[x][1:]) + 2 * padding < kernel:
        return None
    counted = b.pick([True, False])
    kinds = [
        nn.MaxPool2d(kernel, stride, padding, ceil_mode=ceil),
        nn.AvgPool2d(kernel, stride, padding, ceil_mode=ceil, count_include_pad=counted),
        nn.AdaptiveAvgPool2d(b.pick([1, 2])),
    ]
    b.add((x,), nn.Sequential(b.pick(kinds), b.grid()))
    return None


BOTH: list[Callable[..., Tensor]] = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y,
    lambda x, y: (x + y) / 2,
    lambda x, y: torch.cat([x, y], 1),
    lambda x, y: torch.cat([y, x], -1),
    lambda x, y: torch.relu(x + 0.7 * y),
    lambda x, y: torch.tanh(x - y),
    lambda x, y: x * torch.sigmoid(y),
]


def meet(b: Builder) -> None:
    """Two unlike values where there are two of one shape."""
    x = b.value() or 0
    if b.shapes.count(b.shapes[x]) == 1:
        b.add((x,), b.tail())
    same = [i for i, shape in enumerate(b.shapes) if shape == b.shapes[x] and i != x]
    b.add((x, b.pick(same)), Applied(b.pick(BOTH), b.grid()))


MOVES: list[Callable[[Tensor], Tensor]] = [
    lambda x: x.flatten(1),
    lambda x: x.transpose(1, -1),
    lambda x: x.unsqueeze(1) if x.ndim < 4 else x.flatten(2),
    lambda x: x[:, ::2],
    lambda x: x[..., 1:] if x.shape[-1] > 1 else x,
    lambda x: functional.pad(x, (1, 2)),
    lambda x: functional.pad(x, (0, 1), value=0.5),
    lambda x: functional.interpolate(x, scale_factor=2) if x.ndim > 2 else x.flip(1),
    lambda x: x.chunk(2, 1)[0],
    lambda x: torch.cat([x, x], 1),
    lambda x: x.reshape(x.shape[0], -1, 1),
]


def move(b: Builder) -> None:
    x = b.value()
    b.add((x or 0,), Applied(b.pick(MOVES), b.grid()))


def activation(b: Builder) -> None:
    x = b.value()
    b.add((x or 0,), b.tail())


KINDS = [convolution, meet, dense, pool, move, convolution, meet, activation]
SHAPES: list[Shape] = [(7,), (1,), (3, 6), (2, 5, 4), (3, 4, 4), (1, 7, 5)]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Graph, Shape]:
    """A graph, untrained, and the shape of its input. What nobody reads is an output."""
    torch.manual_seed(draw(st.integers(0, 2**16)))
    b = Builder(draw, draw(st.sampled_from(SHAPES)))
    first = act(INPUTS[b.pick(list(INPUTS))])
    for _ in range(draw(st.integers(LEAST, LARGEST))):
        b.pick(KINDS)(b)
    last = len(b.shapes) - 1
    if draw(st.booleans()):
        b.add((last,), linear(b.shapes[last][-1], 3, bias=draw(st.booleans())))
    read = {i for step in b.steps for i in step.operands}
    outputs = [i for i in range(len(b.shapes)) if i not in read]
    return Graph(first, b.steps, outputs), b.shapes[0]
