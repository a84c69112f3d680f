"""The effect of a traced graph's operators on a quantizer's grid, by their name."""

from enum import Enum, auto
from typing import Any

from brevitas.nn.quant_layer import QuantNonLinearActLayer, QuantWeightBiasInputOutputLayer
from torch import fx, nn


class SiteKind(Enum):
    """The effect of an operator on its operands' grid."""

    SIZE = auto()
    """It returns no tensor, such as a shape."""
    MOVE = auto()
    """It moves values or takes their maximum, so they stay on their grid."""
    GRID = auto()
    """A quantizer, possibly behind an activation."""
    LAYER = auto()
    """It has quantized weights."""
    SUM = auto()
    """It sums products or values; its operands must be quantized."""
    NORM = auto()
    """Like SUM, but only a quantizer may read its result."""
    POINT = auto()
    """An elementwise function."""


NAMES = {
    SiteKind.SIZE: "size dim numel getattr shape",
    SiteKind.MOVE: (
        "view view_as reshape flatten unflatten permute transpose t T swapaxes movedim contiguous "
        "squeeze unsqueeze expand expand_as chunk split tensor_split unbind getitem clone detach "
        "cat concat hstack stack roll flip pad narrow select repeat tile repeat_interleave "
        "pixel_shuffle pixel_unshuffle channel_shuffle max_pool1d max_pool2d amax "
        "adaptive_max_pool1d adaptive_max_pool2d upsample interpolate dropout"
    ),
    SiteKind.SUM: (
        "avg_pool1d avg_pool2d adaptive_avg_pool1d adaptive_avg_pool2d mean sum matmul bmm mm "
        "einsum linear conv1d conv2d conv_transpose1d conv_transpose2d"
    ),
    SiteKind.NORM: (
        "layer_norm rms_norm group_norm instance_norm softmax log_softmax softmin "
        "scaled_dot_product_attention"
    ),
}
"""Functions and methods of torch; others are elementwise functions."""
BY_NAME = {name: kind for kind, names in NAMES.items() for name in names.split()}
MODULES: dict[SiteKind, tuple[type[nn.Module], ...]] = {
    SiteKind.GRID: (QuantNonLinearActLayer,),
    SiteKind.LAYER: (QuantWeightBiasInputOutputLayer,),
    SiteKind.MOVE: (
        nn.Identity, nn.Flatten, nn.Unflatten, nn.MaxPool1d, nn.MaxPool2d, nn.AdaptiveMaxPool1d,
        nn.AdaptiveMaxPool2d, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.AlphaDropout, nn.Upsample,
        nn.PixelShuffle, nn.PixelUnshuffle, nn.ChannelShuffle, nn.ZeroPad1d, nn.ZeroPad2d,
        nn.ReflectionPad1d, nn.ReflectionPad2d, nn.ReplicationPad1d, nn.ReplicationPad2d,
        nn.CircularPad1d, nn.CircularPad2d,
    ),
    SiteKind.SUM: (nn.AvgPool1d, nn.AvgPool2d, nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d),
    SiteKind.NORM: (
        nn.LayerNorm, nn.RMSNorm, nn.GroupNorm, nn.InstanceNorm1d, nn.InstanceNorm2d, nn.Softmax,
        nn.LogSoftmax, nn.Softmin,
    ),
}  # fmt: skip


def kind_of(node: fx.Node, graph: Any) -> SiteKind:
    """The kind of a call in `graph`."""
    if node.op == "call_module":
        module = graph.get_submodule(node.target)
        return next(
            (k for k, types in MODULES.items() if isinstance(module, types)), SiteKind.POINT
        )
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    return BY_NAME.get(name.strip("_"), SiteKind.POINT)
