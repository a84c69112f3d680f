"""The windows of convolutions and pools, from a node's attributes."""

from math import prod

from xdsl.ir import SSAValue

from tercet.frontends.onnx.node import Node
from tercet.ir.families.spatial import Ints, Pairs, Window
from tercet.ir.types import shape_of

LARGEST = 1 << 12
"""The greatest number of a window."""
WORK = 1 << 31
"""The most places that all windows of a channel read."""


def window_of(node: Node, x: SSAValue, kernel: Ints) -> Window:
    """The window over the spatial axes of `x`, with the padding of the node's attributes."""
    spatial = shape_of(x)[2:]
    if len(spatial) != len(kernel) or len(kernel) not in (1, 2):
        raise node.unsupported(
            f"a window of shape {kernel} over a tensor of shape {shape_of(x)}",
            wanted="one or two spatial axes behind the batch and the channels",
        )
    stride, dilation = numbers(node, "strides", kernel), numbers(node, "dilations", kernel)
    bare = Window(kernel, stride, ((0, 0),) * len(kernel), dilation)
    if not bare.is_legal() or max(*kernel, *stride, *dilation) > LARGEST:
        raise node.broken("a number of its window is out of range", wanted="1 or more")
    padding = _padding(node, bare, spatial)
    if node.integer("ceil_mode", 0):
        padding = _completed(bare, padding, spatial)
    window = Window(kernel, stride, padding, dilation)
    if min(window.extents(spatial)) < 1:
        raise node.broken(f"its window {kernel} is larger than {spatial}", wanted="a smaller one")
    if prod(window.extents(spatial)) * prod(kernel) > WORK:
        raise node.unsupported(f"its window {kernel} meets {spatial}", wanted="less of both")
    return window


def numbers(node: Node, attribute: str, kernel: Ints, default: int = 1) -> Ints:
    """One number for each spatial axis."""
    found = node.integers(attribute, (default,) * len(kernel)) or ()
    if len(found) != len(kernel):
        raise node.broken(f"{attribute} {found} for a window {kernel}", wanted="one an axis")
    return found


def explicit(node: Node, n: int) -> Pairs:
    """The attribute `pads`: every begin, then every end."""
    pads = node.integers("pads", (0,) * (2 * n)) or ()
    if len(pads) != 2 * n or min(pads) < 0 or max(pads) > LARGEST:
        raise node.broken(f"pads {pads}", wanted=f"{2 * n} numbers of 0 or more")
    return tuple(zip(pads[:n], pads[n:], strict=True))


def halves(total: int, more_behind: bool) -> tuple[int, int]:
    """`total` padding split on two sides, the odd place behind or in front."""
    less, more = total // 2, total - total // 2
    return (less, more) if more_behind else (more, less)


def _padding(node: Node, window: Window, spatial: Ints) -> Pairs:
    mode = node.text("auto_pad", "NOTSET")
    if mode == "NOTSET":
        return explicit(node, len(spatial))
    if mode == "VALID":
        return window.padding
    if mode not in ("SAME_UPPER", "SAME_LOWER"):
        raise node.broken(f"auto_pad {mode!r}", wanted="NOTSET, VALID, SAME_UPPER or SAME_LOWER")
    axes = zip(spatial, window.stride, window.reach(), strict=True)
    totals = [max(((n - 1) // step) * step + reach - n, 0) for n, step, reach in axes]
    return tuple(halves(total, mode == "SAME_UPPER") for total in totals)


def _completed(window: Window, padding: Pairs, spatial: Ints) -> Pairs:
    """The padding with more behind it for a last partial window: ceil_mode.

    A window that would begin behind the tensor is left out.
    """
    axes = zip(spatial, window.stride, window.reach(), padding, strict=True)
    ends = []
    for n, step, reach, (begin, end) in axes:
        windows = -(-(n + begin + end - reach) // step) + 1
        windows -= (windows - 1) * step >= n + begin
        ends.append((begin, max((windows - 1) * step + reach - n - begin, end)))
    return tuple(ends)
