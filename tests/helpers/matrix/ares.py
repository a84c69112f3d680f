"""The shapes of the CNNs that ARES publishes results for."""

from typing import Any

import torch
from tests.helpers.matrix.networks import Net, Residual, layer
from tests.helpers.matrix.parts import Unsigned, act, conv, linear, relu
from torch import Tensor, nn
from torch.nn import functional


class Layers(Net):
    """One layer after the other."""

    def __init__(self, shape: tuple[int, ...], *layers: nn.Module) -> None:
        super().__init__()
        self.shape, self.layers = shape, nn.Sequential(*layers)

    def body(self, x: Tensor) -> Any:
        return self.layers(x)


def simple() -> Net:
    """Two convolutions, two pools, a linear layer."""
    first = conv(1, 6, padding=1, bias=True), relu(), nn.MaxPool2d(2)
    second = conv(6, 8, padding=1, bias=True), relu(), nn.MaxPool2d(2)
    return Layers((1, 12, 12), *first, *second, nn.Flatten(), linear(8 * 9, 10))


def wide_window() -> Net:
    return Layers((1, 12, 12), conv(1, 6, 5, padding=2, bias=True), relu(), conv(6, 4, 5), relu())


def mlp() -> Net:
    hidden = linear(36, 24), relu(), linear(24, 16), relu(), linear(16, 10)
    return Layers((1, 6, 6), nn.Flatten(), *hidden)


def residual() -> Net:
    """A block, then a global average pool."""
    head = nn.AdaptiveAvgPool2d(1), act(Unsigned), nn.Flatten(), linear(6, 10)
    return Layers((3, 8, 8), layer(3, 6, padding=1), Residual(6, 6, 1), *head)


class Dense(Net):
    """A dense block with cat, then average pooling."""

    shape = (3, 8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = layer(3, 4, padding=1), layer(4, 4, padding=1)
        self.join, self.c = act(Unsigned), layer(8, 6, 1)
        self.head = nn.Sequential(nn.AvgPool2d(2), act(Unsigned), nn.Flatten(), linear(96, 4))

    def body(self, x: Tensor) -> Any:
        a = self.a(x)
        return self.head(self.c(self.join(torch.cat([a, self.b(a)], dim=1))))


def four_pools() -> Net:
    """Three convolutions; pools of every kind."""
    return Layers(
        (1, 17, 17),
        *(conv(1, 4, bias=True), relu(), nn.MaxPool2d(3, 2)),
        *(conv(4, 6, padding=1, bias=True), relu(), nn.AvgPool2d(3, 2, 1), act(Unsigned)),
        *(nn.MaxPool2d(2, ceil_mode=True), conv(6, 8, padding=1, bias=True), relu()),
        *(nn.AdaptiveAvgPool2d((1, 1)), act(Unsigned), nn.Flatten(), linear(8, 3)),
    )


def bottleneck() -> Net:
    layers = layer(4, 2, 1), layer(2, 2, padding=1), layer(2, 8, 1)
    return Layers((4, 7, 7), *layers, conv(8, 3, 1, bias=True))


def strides() -> Net:
    layers = layer(1, 4, stride=2, padding=1), layer(4, 6, stride=2, padding=1)
    return Layers((1, 13, 13), *layers, nn.Flatten(), linear(6 * 16, 4))


def paddings() -> Net:
    """None, as much as the window, more, and uneven."""
    layers = (
        layer(2, 3),
        layer(3, 3, padding=1),
        layer(3, 4, padding=2),
        layer(4, 3, padding=(2, 0)),
    )
    return Layers((2, 7, 7), *layers)


def odd() -> Net:
    """Sizes where nothing divides."""
    return Layers(
        (3, 11, 7),
        *(conv(3, 5, padding=1, stride=2, bias=True), relu(), nn.MaxPool2d(2, padding=1)),
        *(conv(5, 7, (2, 1), bias=True), relu(), nn.Flatten(), linear(7 * 3 * 3, 13)),
        *(relu(), linear(13, 3)),
    )


class ZeroPadded(Net):
    """Explicit zeros around the image, and around what a layer made."""

    shape = (2, 6, 6)

    def __init__(self) -> None:
        super().__init__()
        self.pad, self.a, self.b = nn.ZeroPad2d((1, 2, 0, 1)), layer(2, 4), layer(4, 3)

    def body(self, x: Tensor) -> Any:
        return self.b(functional.pad(self.a(self.pad(x)), (2, 0, 1, 1)))
