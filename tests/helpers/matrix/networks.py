"""Whole networks, small: what people train, with the quantizers where they put them."""

from itertools import pairwise
from typing import Any

import torch
from tests.helpers.matrix.parts import (
    Nibble,
    PixelInput,
    Scales,
    Shifted,
    Signed,
    Unsigned,
    act,
    conv,
    conv1,
    gains,
    linear,
    relu,
)
from torch import Tensor, nn
from torch.nn import functional

from tercet.quantizers import TernaryWeight


class Net(nn.Module):
    """Quantizes its input first."""

    shape: tuple[int, ...]
    rows = 8

    def __init__(self, first: Any = PixelInput) -> None:
        super().__init__()
        self.entry = act(first)

    def forward(self, x: Tensor) -> Any:
        return self.body(self.entry(x))

    def body(self, x: Tensor) -> Any:
        raise NotImplementedError


def layer(
    inputs: int, outputs: int, kernel: Any = 3, weight: Any = TernaryWeight, **more: Any
) -> Any:
    """Convolution, batch norm, ReLU, quantizer."""
    return nn.Sequential(
        conv(inputs, outputs, kernel, weight, **more), gains(outputs, seed=inputs), relu()
    )


class JetTagging(Net):
    """16-64-32-32-5."""

    shape, rows = (16,), 40

    def __init__(self, weight: Any = TernaryWeight) -> None:
        super().__init__(Signed)
        sizes = 16, 64, 32, 32
        hidden = [
            nn.Sequential(linear(a, b, weight), gains(b, 1), relu()) for a, b in pairwise(sizes)
        ]
        self.layers = nn.Sequential(*hidden, linear(32, 5, weight), nn.Softmax(1))

    def body(self, x: Tensor) -> Any:
        return self.layers(x)


class LeNet(Net):
    """6c5-p-16c5-p-120-84-10, on 20 by 20 pixels."""

    shape = (1, 20, 20)

    def __init__(self, weight: Any = TernaryWeight) -> None:
        super().__init__()
        self.features = nn.Sequential(
            conv(1, 6, 5, weight, bias=True),
            relu(),
            nn.MaxPool2d(2),
            conv(6, 16, 5, weight, bias=True),
            relu(),
            nn.MaxPool2d(2),
        )
        self.fc1, self.fc2 = linear(64, 120, weight), linear(120, 84, weight)
        self.act1, self.act2, self.fc3 = relu(), relu(), linear(84, 10, weight)

    def body(self, x: Tensor) -> Any:
        x = torch.flatten(self.features(x), 1)
        return self.fc3(self.act2(self.fc2(self.act1(self.fc1(x)))))


class Cnv(Net):
    """VGG-like, as FINN's CNV with 2-bit weights and activations: no padding, batch norms."""

    shape = (3, 18, 18)

    def __init__(self) -> None:
        super().__init__(Shifted)

        def part(a: int, b: int) -> Any:
            return nn.Sequential(conv(a, b), gains(b), act(Nibble))

        self.features = nn.Sequential(
            part(3, 8), part(8, 8), nn.MaxPool2d(2), part(8, 12), part(12, 12), part(12, 16)
        )
        self.head = nn.Sequential(linear(16, 20, bias=False), gains(20, 1), act(Nibble))
        self.last = nn.Sequential(linear(20, 10, bias=False), nn.BatchNorm1d(10, affine=False))

    def body(self, x: Tensor) -> Any:
        x = self.features(x).view(x.shape[0], -1)
        return self.last(self.head(x))


class Residual(nn.Module):
    """Two convolutions beside a shortcut, which projects where the shape changes."""

    def __init__(self, inputs: int, outputs: int, stride: int, weight: Any = TernaryWeight) -> None:
        super().__init__()
        self.first = layer(inputs, outputs, 3, weight, padding=1, stride=stride)
        self.second = nn.Sequential(
            conv(outputs, outputs, 3, weight, padding=1), gains(outputs), act()
        )
        projects = stride > 1 or inputs != outputs
        self.shortcut = (
            nn.Sequential(
                conv(inputs, outputs, 1, weight, stride=stride), gains(outputs, seed=9), act()
            )
            if projects
            else nn.Identity()
        )
        self.out = relu()

    def forward(self, x: Tensor) -> Any:
        return self.out(self.second(self.first(x)) + self.shortcut(x))


class ResNet(Net):
    """Residual stages, a global average, one linear layer."""

    shape = (3, 12, 12)

    def __init__(self, widths: tuple[int, ...], blocks: int, weight: Any = TernaryWeight) -> None:
        super().__init__()
        self.stem = layer(3, widths[0], padding=1)
        parts: list[nn.Module] = []
        before = widths[0]
        for stage, width in enumerate(widths):
            for i in range(blocks):
                stride = 2 if stage and not i else 1
                parts.append(Residual(before, width, stride, weight))
                before = width
        self.stages, self.pool = nn.Sequential(*parts), act(Unsigned)
        self.fc = linear(before, 10, weight)

    def body(self, x: Tensor) -> Any:
        x = self.stages(self.stem(x))
        return self.fc(self.pool(functional.adaptive_avg_pool2d(x, 1)).flatten(1))


def resnet8() -> Net:
    return ResNet((4, 8, 16), 1)


def resnet18() -> Net:
    return ResNet((4, 6, 8, 10), 2)


class MobileNet(Net):
    """Inverted bottlenecks: expansion, depthwise, projection; ReLU6, Hardswish; shortcuts."""

    shape = (3, 12, 12)

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv(3, 6, stride=2, padding=1), gains(6), nn.Hardswish(), act())
        self.up = nn.Sequential(conv(6, 18, 1), gains(18), nn.ReLU6(), relu())
        self.depth = nn.Sequential(
            conv(18, 18, padding=1, groups=18), gains(18), nn.ReLU6(), relu()
        )
        self.down = nn.Sequential(conv(18, 6, 1), gains(6), act())
        self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), act(Unsigned), conv(18, 4, 1), relu())
        self.excite = nn.Sequential(conv(4, 18, 1, bias=True), nn.Hardsigmoid(), act(Unsigned))
        self.scaled, self.join = act(Unsigned), act()
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), act(), linear(6, 5))

    def body(self, x: Tensor) -> Any:
        x = self.stem(x)
        y = self.depth(self.up(x))
        y = self.scaled(y * self.excite(self.squeeze(y)))
        return self.head(self.join(x + self.down(y)))


class DsCnn(Net):
    """Keyword spotting: a wide first window, then depthwise and pointwise pairs."""

    shape = (1, 20, 8)

    def __init__(self) -> None:
        super().__init__(Signed)
        pairs = [nn.Sequential(layer(8, 8, padding=1, groups=8), layer(8, 8, 1)) for _ in range(3)]
        first = layer(1, 8, (10, 4), stride=2, padding=(5, 1))
        self.features = nn.Sequential(first, *pairs)
        self.head = nn.Sequential(nn.AvgPool2d((11, 4)), nn.Flatten(), act(Unsigned), linear(8, 12))

    def body(self, x: Tensor) -> Any:
        return self.head(self.features(x))


class Autoencoder(Net):
    """Down by stride, up by nearest neighbours and by a transposed convolution."""

    shape = (1, 12, 12)

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Sequential(
            layer(1, 4, stride=2, padding=1), layer(4, 8, stride=2, padding=1)
        )
        self.up = nn.Sequential(
            nn.Upsample(scale_factor=2),
            layer(8, 4, padding=1),
            nn.UpsamplingNearest2d(scale_factor=2),
            conv(4, 1, padding=1, bias=True),
            nn.Sigmoid(),
            act(Unsigned),
        )

    def body(self, x: Tensor) -> Any:
        return self.up(self.down(x))


class UNet(Net):
    """Two levels, the skips joined by cat."""

    shape = (1, 8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = layer(1, 4, padding=1), layer(4, 8, padding=1)
        self.bottom = layer(8, 8, padding=1)
        self.third, self.fourth = layer(16, 6, padding=1), layer(10, 4, padding=1)
        self.join, self.joined, self.last = act(Unsigned), act(Unsigned), conv(4, 2, 1, bias=True)

    def body(self, x: Tensor) -> Any:
        a = self.first(x)
        b = self.second(functional.max_pool2d(a, 2))
        c = self.bottom(functional.max_pool2d(b, 2))
        c = self.third(self.join(torch.cat([functional.interpolate(c, scale_factor=2), b], 1)))
        c = self.fourth(self.joined(torch.cat([functional.interpolate(c, scale_factor=2), a], 1)))
        return self.last(c)


class DenseBlock(Net):
    """Each layer reads all before it; one quantizer puts them on a common grid."""

    shape = (3, 8, 8)

    def __init__(self) -> None:
        super().__init__()
        self.stem = layer(3, 4, padding=1)
        self.layers = nn.ModuleList([layer(4 + 3 * i, 3, padding=1) for i in range(3)])
        self.grids = nn.ModuleList([act(Unsigned) for _ in range(3)])
        self.head = nn.Sequential(nn.AvgPool2d(2), act(Unsigned), nn.Flatten(), linear(13 * 16, 5))

    def body(self, x: Tensor) -> Any:
        x = self.stem(x)
        for conv_, grid in zip(self.layers, self.grids, strict=True):
            x = grid(torch.cat([x, conv_(x)], 1))
        return self.head(x)


class Sequence(Net):
    """Convolutions over time, dilated, with a residual sum; the mean of all times."""

    shape = (4, 20)

    def __init__(self) -> None:
        super().__init__(Signed)
        self.first = nn.Sequential(conv1(4, 8), gains(8, 1), relu())
        self.second = nn.Sequential(conv1(8, 8, padding=2, dilation=2), gains(8, 1), relu())
        self.join, self.mean, self.fc = relu(Scales), act(), linear(8, 3)

    def body(self, x: Tensor) -> Any:
        x = self.first(x)
        x = self.join(self.second(x) + x)
        return self.fc(self.mean(x.mean(-1)))
