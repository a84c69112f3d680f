"""Windows that move over the spatial axes of (batch, channels, [height,] width)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided
from xdsl.irdl import prop_def

from tercet.ir.op import LayerOp
from tercet.ir.types import Dense, I64Attr, IntArray, number

Ints: TypeAlias = tuple[int, ...]
Pairs: TypeAlias = tuple[tuple[int, int], ...]
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Window:
    """The window of a convolution or a pool: one entry for each spatial axis."""

    kernel: Ints
    stride: Ints
    padding: Pairs
    """Places added in front of and behind each axis."""
    dilation: Ints

    def is_legal(self) -> bool:
        """Whether every axis has its entries, and each entry is in its range."""
        n = len(self.kernel)
        positive = (*self.kernel, *self.stride, *self.dilation)
        return (
            n == len(self.stride) == len(self.padding) == len(self.dilation)
            and min(positive) >= 1
            and min(min(pair) for pair in self.padding) >= 0
        )

    def reach(self) -> Ints:
        """Elements from the first to the last that one window covers, both included."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    def extents(self, spatial: Sequence[int]) -> Ints:
        """How many windows fit along each axis; less than one is a type error."""
        axes = zip(spatial, self.reach(), self.stride, self.padding, strict=True)
        return tuple((n + sum(pad) - reach) // step + 1 for n, reach, step, pad in axes)

    def spread(self, spatial: Sequence[int], more: Ints) -> Ints:
        """Extents that this many windows cover, less the padding: those of a transposed product."""
        axes = zip(spatial, self.stride, self.reach(), self.padding, more, strict=True)
        return tuple((n - 1) * s + reach - sum(pad) + extra for n, s, reach, pad, extra in axes)

    def real(self, spatial: Sequence[int]) -> tuple[Mask, ...]:
        """A mask for each axis, [windows, kernel]: True where an element is not padding."""
        masks = []
        for n, windows, k, axis in zip(
            spatial, self.extents(spatial), self.kernel, range(len(self.kernel)), strict=True
        ):
            first = np.arange(windows) * self.stride[axis] - self.padding[axis][0]
            place = first[:, None] + np.arange(k) * self.dilation[axis]
            masks.append((place >= 0) & (place < n))
        return tuple(masks)

    def patches(self, x: npt.NDArray[Any], fill: float = 0) -> npt.NDArray[Any]:
        """A view [batch, channels, *kernel, *windows] of `x` padded with `fill`."""
        padded = np.pad(x, ((0, 0), (0, 0), *self.padding), constant_values=fill)
        steps = padded.strides[2:]
        return as_strided(
            padded,
            (*x.shape[:2], *self.kernel, *self.extents(x.shape[2:])),
            (
                *padded.strides[:2],
                *(s * d for s, d in zip(steps, self.dilation, strict=True)),
                *(s * d for s, d in zip(steps, self.stride, strict=True)),
            ),
            writeable=False,
        )

    def places(self, x: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
        """For each place of the kernel, the elements of padded `x` there in every window."""
        free = replace(self, padding=((0, 0),) * len(self.kernel))
        windows = free.extents(x.shape[2:])
        for place in np.ndindex(*self.kernel):
            axes = zip(place, self.dilation, self.stride, windows, strict=True)
            where = (slice(k * d, k * d + (n - 1) * s + 1, s) for k, d, s, n in axes)
            yield x[(slice(None), slice(None), *where)]


class WindowOp(LayerOp):
    """An operator with a window. With one spatial axis, the numbers of the height are neutral."""

    stride_h = prop_def(I64Attr)
    stride_w = prop_def(I64Attr)
    pad_top = prop_def(I64Attr)
    pad_bottom = prop_def(I64Attr)
    pad_left = prop_def(I64Attr)
    pad_right = prop_def(I64Attr)
    dilation_h = prop_def(I64Attr)
    dilation_w = prop_def(I64Attr)

    def window_of(self, kernel: Ints) -> Window:
        """The window of this operator, whose extents are `kernel`."""
        n = len(kernel)
        stride = (self.stride_h, self.stride_w)
        dilation = (self.dilation_h, self.dilation_w)
        padding = ((self.pad_top, self.pad_bottom), (self.pad_left, self.pad_right))
        return Window(
            kernel,
            tuple(s.value.data for s in stride)[-n:],
            tuple((begin.value.data, end.value.data) for begin, end in padding)[-n:],
            tuple(d.value.data for d in dilation)[-n:],
        )


class KernelOp(WindowOp):
    """A window operator whose windows have the extents of its weights [.., .., *kernel]."""

    weight = prop_def(Dense)

    def window(self) -> Window:
        return self.window_of(self.weight.get_shape()[2:])


class TransposedOp(KernelOp):
    """A transposed convolution: each element of the operand adds to a window of the result."""

    more_h = prop_def(I64Attr)
    """Rows of the result behind the last window: PyTorch's output_padding."""
    more_w = prop_def(I64Attr)

    def more(self) -> Ints:
        """Extra extent of every axis of the result."""
        return (self.more_h.value.data, self.more_w.value.data)[-len(self.window().kernel) :]


def transposed_properties(window: Window, more: Ints) -> dict[str, I64Attr]:
    """The properties of a `TransposedOp`."""
    more_h, more_w = plane(more, 0)
    return {"more_h": number(more_h), "more_w": number(more_w), **window_properties(window)}


def by_output(weight: IntArray, groups: int) -> IntArray:
    """Weights [I, O / groups, *kernel] by output channel: [O, I / groups, *kernel]."""
    inputs, each, *kernel = weight.shape
    split = weight.reshape(groups, inputs // groups, each, *kernel)
    return split.swapaxes(1, 2).reshape(groups * each, inputs // groups, *kernel)


def plane(values: Sequence[int], neutral: int) -> tuple[int, int]:
    """Height and width; with one axis, the height is `neutral`."""
    h, w = (neutral, *values)[-2:]
    return h, w


def window_properties(window: Window) -> dict[str, I64Attr]:
    """The properties of a `WindowOp` that has this window."""
    assert len(window.kernel) in (1, 2), "windows have one or two axes"
    assert window.is_legal(), f"{window} has a number outside its range"
    (top, bottom), (left, right) = ((0, 0), *window.padding)[-2:]
    (stride_h, stride_w), (dilation_h, dilation_w) = (
        plane(window.stride, 1),
        plane(window.dilation, 1),
    )
    return {
        "stride_h": number(stride_h),
        "stride_w": number(stride_w),
        "pad_top": number(top),
        "pad_bottom": number(bottom),
        "pad_left": number(left),
        "pad_right": number(right),
        "dilation_h": number(dilation_h),
        "dilation_w": number(dilation_w),
    }


def pads(window: Window) -> list[int]:
    """The padding as ONNX lists it: every begin, then every end."""
    return [pair[side] for side in (0, 1) for pair in window.padding]
