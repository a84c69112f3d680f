"""Random small CNNs as integer networks with branches."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from draw.networks.dense import requantized, thresholded
from tercet.ir.families.quantized import Result
from tercet.ir.interval import Interval
from tercet.ir.module import Built, build
from tercet.ir.op import IntegerOp
from tercet.ir.types import SI8, UI8, Int, IntArray, signed, tensor, unsigned
from tercet.ops.add import Add
from tercet.ops.conv import Conv
from tercet.ops.linear import Linear
from tercet.ops.max_pool import MaxPool
from tercet.ops.reshape import Reshape
from tercet.ops.sum_pool import SumPool

SEEN = 12
"""The number of vectors by which quantizers are fitted."""
WIDEST, LARGEST = 14, 11
"""The most channels, and the greatest height or width, of a value."""
MOST_SUMS = 1 << 21
"""The bound of a sum's magnitude."""
ELEMENTS: tuple[Int, ...] = (UI8, SI8, unsigned(4), signed(4), unsigned(2), signed(2))
WEIGHTS = (1, 1, 1, 1, 3, 7, 40, 127)
"""Largest weights of a layer: mostly trits."""


@dataclass(frozen=True)
class Drawn:
    """A value of the network, and its integers for the fitting vectors [S, C, H, W] or [S, C]."""

    value: SSAValue
    seen: IntArray
    zero: int

    @property
    def flat(self) -> bool:
        return self.seen.ndim == 2


class _Drawing:
    """A network under construction."""

    def __init__(self, rng: np.random.Generator, first: Drawn) -> None:
        self.rng = rng
        self.values, self.ops = [first], list[IntegerOp]()

    def pick(self, *options: int) -> int:
        return int(self.rng.choice(options))

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    @property
    def layer(self) -> str:
        return f"layer{len(self.ops)}"

    def close(self, op: Linear | Conv | SumPool, seen: IntArray) -> None:
        """Quantize the sums of `op`."""
        element = ELEMENTS[int(self.rng.integers(len(ELEMENTS)))]
        few = element.width.data <= 4 and self.chance(0.4)
        closed = (thresholded if few else requantized)(element)(self.rng, op, seen)
        self.ops += [op, closed]
        zero = 0 if closed.zero_point is None else closed.zero_point.value.data
        self.values.append(Drawn(closed.y, closed.reference(seen), zero))

    def weights(self, *shape: int) -> IntArray:
        """Random weights, outputs first; some rows, and many elements, are zero."""
        most = self.pick(*WEIGHTS)
        most = min(most, max(1, MOST_SUMS // (256 * int(np.prod(shape[1:])))))
        weight = self.rng.integers(-most, most + 1, shape)
        weight[self.rng.random(shape) < self.rng.random()] = 0
        return weight

    def bias(self, count: int) -> IntArray | None:
        return self.rng.integers(-300, 300, count) if self.chance(0.6) else None

    def image(self) -> Drawn | None:
        """A recent value with height and width."""
        found = [x for x in self.values if not x.flat]
        return found[int(self.rng.integers(max(0, len(found) - 2), len(found)))] if found else None


def _window(d: _Drawing, x: Drawn, sizes: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Kernel, stride, padding below and behind: a window that fits."""
    extent = x.seen.shape[2:]
    kernel = tuple(min(d.pick(*sizes), n) for n in extent)
    stride = tuple(d.pick(1, 1, 1, 2, 3) for _ in extent)
    before = tuple(d.pick(0, (k - 1) // 2, k // 2) for k in kernel)
    behind = tuple(d.pick(0, (k - 1) // 2, k // 2) for k in kernel)
    return kernel, stride, before, behind  # type: ignore[return-value]


def _pads(before: tuple[int, int], behind: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(before, behind, strict=True))


def _convolution(d: _Drawing) -> None:
    if (x := d.image()) is None:
        return _dense(d)
    channels = x.seen.shape[1]
    kernel, stride, before, behind = _window(d, x, (1, 1, 2, 3, 3, 5))
    groups = d.pick(*(g for g in range(1, channels + 1) if channels % g == 0))
    outputs = groups * d.pick(*range(1, max(1, WIDEST // groups) + 1))
    if groups == channels and d.chance(0.7):
        outputs = channels
    op = Conv(
        x.value,
        d.weights(outputs, channels // groups, *kernel),
        d.bias(outputs),
        x.zero,
        stride=stride,
        padding=_pads(before, behind),
        dilation=(1, 1),
        groups=groups,
        layer=d.layer,
    )
    return d.close(op, op.reference(x.seen))


def _depthwise(d: _Drawing) -> None:
    if (x := d.image()) is None:
        return _dense(d)
    channels = x.seen.shape[1]
    kernel, stride, before, behind = _window(d, x, (2, 3, 3, 4))
    op = Conv(
        x.value,
        d.weights(channels, 1, *kernel),
        d.bias(channels),
        x.zero,
        stride=stride,
        padding=_pads(before, behind),
        dilation=(1, 1),
        groups=channels,
        layer=d.layer,
    )
    return d.close(op, op.reference(x.seen))


def _dense(d: _Drawing) -> None:
    x = d.values[-1]
    if not x.flat:
        size = int(np.prod(x.seen.shape[1:]))
        op = Reshape(x.value, (size,), layer=d.layer)
        d.ops.append(op)
        x = Drawn(op.y, x.seen.reshape(len(x.seen), size), x.zero)
    outputs = d.pick(*range(1, 3 * WIDEST))
    linear = Linear(
        x.value, d.weights(outputs, x.seen.shape[1]), d.bias(outputs), x.zero, layer=d.layer
    )
    d.close(linear, linear.reference(x.seen))


def _greatest(d: _Drawing) -> None:
    if (x := d.image()) is None:
        return None
    kernel, stride, before, behind = _window(d, x, (2, 2, 3))
    below = tuple(min(b, k // 2) for b, k in zip(before, kernel, strict=True))
    above = tuple(min(b, k // 2) for b, k in zip(behind, kernel, strict=True))
    op = MaxPool(
        x.value,
        kernel=kernel,
        stride=stride,
        padding=_pads(below, above),  # type: ignore[arg-type]
        dilation=(1, 1),
        layer=d.layer,
    )
    d.ops.append(op)
    d.values.append(Drawn(op.y, op.reference(x.seen), x.zero))
    return None


def _mean(d: _Drawing) -> None:
    if (x := d.image()) is None:
        return None
    whole = d.chance(0.4)
    kernel, stride, before, behind = _window(d, x, (2, 2, 3))
    op = SumPool(
        x.value,
        None,
        x.zero,
        kernel=tuple(x.seen.shape[2:]) if whole else kernel,
        stride=(1, 1) if whole else stride,
        padding=((0, 0), (0, 0)) if whole else _pads(before, behind),
        layer=d.layer,
    )
    return d.close(op, op.reference(x.seen))


def _sum(d: _Drawing) -> None:
    """Add two values of one shape, or a value and itself if there are no two."""
    x = d.values[-1]
    others = [y for y in d.values[:-1] if y.seen.shape == x.seen.shape] or [x]
    y = others[int(d.rng.integers(len(others)))]
    element = ELEMENTS[int(d.rng.integers(2))]
    held, channels = Interval.of(element), x.seen.shape[1]
    shift: IntArray = d.rng.integers(9, 13, (channels,))
    middle: IntArray = (held.low + held.high) // 2 * (np.int64(1) << shift)
    add: IntArray = d.rng.integers(-5000, 5000, channels) + middle
    mul_a, mul_b = d.rng.integers(-900, 901, (2, channels))
    inner = int(np.prod(x.seen.shape[2:], dtype=np.int64))
    op = Add(
        x.value,
        y.value,
        mul_a,
        mul_b,
        add,
        shift,
        held,
        Result(
            element,
            d.layer,
            inner=inner,
            zero_point=int(d.rng.integers(held.low, held.high, endpoint=True)),
        ),
    )
    d.ops.append(op)
    zero = 0 if op.zero_point is None else op.zero_point.value.data
    d.values.append(Drawn(op.y, op.reference(x.seen, y.seen), zero))


_KINDS: tuple[Callable[[_Drawing], None], ...] = (
    *(_convolution, _convolution, _convolution, _depthwise, _greatest, _mean, _sum, _sum),
)


def cnn(rng: np.random.Generator) -> ModuleOp:
    """A network of two to six layers, often with a dense layer at its end.

    It returns its last value, and sometimes an earlier value as well.
    """
    size = tuple(int(n) for n in rng.integers(1, LARGEST + 1, 2))
    channels = int(rng.choice([1, 2, 3, 3, 5, 8]))
    element = ELEMENTS[int(rng.integers(len(ELEMENTS)))]
    held = Interval.of(element)
    zero = int(rng.integers(held.low, held.high, endpoint=True)) if rng.random() < 0.5 else 0

    def body(value: SSAValue) -> Built:
        seen = rng.integers(held.low, held.high + 1, (SEEN, channels, *size))
        d = _Drawing(rng, Drawn(value, seen, zero))
        while len(d.values) < 2 or (d.chance(0.75) and len(d.values) < 7):
            _KINDS[int(rng.integers(len(_KINDS)))](d)
        if d.chance(0.4):
            _dense(d)
        results = [d.values[-1].value]
        if d.chance(0.2) and len(d.values) > 2:
            results.append(d.values[int(rng.integers(1, len(d.values) - 1))].value)
        return Built(d.ops, results)

    return build([tensor((1, channels, *size), element)], body)
