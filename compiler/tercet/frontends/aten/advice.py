"""Replacements that messages suggest for torch operators that Tercet does not support."""

from fnmatch import fnmatchcase

from tercet.errors import UnsupportedError
from tercet.frontends.declared_operators import Refused


def _instead(way_out: str, patterns: str) -> Refused:
    return Refused(tuple(patterns.split()), way_out)


INSTEAD = (
    _instead("use nearest upsampling by a whole factor", "upsample_* grid_sampler*"),
    _instead("use QuantConv1d or QuantConv2d", "conv3d"),
    _instead("use pooling of one or two axes", "avg_pool3d max_pool3d*"),
    _instead("call it with training=self.training, and the model in evaluation", "*dropout*"),
    _instead("call dropout with training=self.training, and the model in evaluation", "bernoulli*"),
    _instead("use nn.LeakyReLU, which is the same in evaluation", "rrelu*"),
    _instead("return the scores; the host takes their argmax", "argmax argmin"),
    _instead("return the scores; the host sorts them", "topk sort"),
    _instead(
        "use clamp, ReLU, nn.Threshold or nn.Tanhshrink in place of comparisons and of layers that "
        "compare, such as nn.Softshrink and nn.Hardshrink",
        "gt ge lt le eq ne",
    ),
    _instead(
        "use clamp, ReLU or nn.Threshold, or multiply by a constant mask", "where masked_fill"
    ),
    _instead(
        "quantize by layers of Brevitas, QuantIdentity(act_quant=Int8ActPerTensorFloat) and "
        "QuantLinear(weight_quant=tercet.quantizers.TernaryWeight), not by hand",
        "round floor ceil trunc fake_quantize*",
    ),
    _instead("name the axis, as x.amax(1) does", "max min"),
    _instead("use a norm layer: nn.LayerNorm, nn.RMSNorm, nn.GroupNorm", "var* std*"),
    _instead("use nn.RMSNorm", "linalg_vector_norm"),
    _instead("use a linear layer with a triangular weight", "cumsum"),
    _instead("use two linear layers and a product", "bilinear"),
)
"""Suggestions by names or patterns of operators; the first match counts."""
OTHERWISE = (
    "write it with layers of torch.nn that docs/pytorch.md lists, or leave it to the host, before "
    "the first or after the last layer"
)

FLOAT_WEIGHTS = (
    "use the layer of brevitas.nn with a weight quantizer of at most 8 bits, such as "
    "weight_quant=tercet.quantizers.TernaryWeight of QuantLinear (docs/pytorch.md, "
    "Quantizers), or run `tercet quantize` on the float model"
)


def advice(name: str) -> str:
    """The suggested change for the operator `name`."""
    for one in INSTEAD:
        if any(fnmatchcase(name, pattern) for pattern in one.operators):
            return one.way_out
    return OTHERWISE


def float_weights(layer: str) -> UnsupportedError:
    """The error for a layer of torch.nn with float weights."""
    return UnsupportedError("its weights are floats", layer=layer, way_out=FLOAT_WEIGHTS)
