"""What to write instead of a torch operator that has no exact integer meaning here."""

from collections.abc import Mapping
from fnmatch import fnmatch

INSTEAD: Mapping[str, str] = {
    "upsample_*": "use nearest upsampling by a whole factor",
    "grid_sampler*": "use nearest upsampling by a whole factor",
    "conv3d": "use QuantConv1d or QuantConv2d",
    "avg_pool3d": "use pooling of one or two axes",
    "max_pool3d*": "use pooling of one or two axes",
    "*dropout*": "call it with training=self.training, and the model in evaluation",
    "bernoulli*": "call dropout with training=self.training, and the model in evaluation",
    "rrelu*": "use nn.LeakyReLU, which it is in evaluation",
    "argm*": "return the scores; the host takes their argmax",
    "topk": "return the scores; the host sorts them",
    "sort": "return the scores; the host sorts them",
    **dict.fromkeys(
        ("gt", "ge", "lt", "le", "eq", "ne"),
        "use clamp, ReLU, nn.Threshold or nn.Tanhshrink for what compares its input, as "
        "nn.Softshrink and nn.Hardshrink do",
    ),
    "where": "use clamp, ReLU or nn.Threshold, or multiply by a constant mask",
    "masked_fill": "use clamp, ReLU or nn.Threshold, or multiply by a constant mask",
    **dict.fromkeys(
        ("round", "floor", "ceil", "trunc", "fake_quantize*"),
        "quantize by layers of Brevitas, QuantIdentity(act_quant=Int8ActPerTensorFloat) and "
        "QuantLinear(weight_quant=tercet.quantizers.TernaryWeight), not by hand",
    ),
    "m[ai][xn]": "name the axis, as x.amax(1) does",
    "var*": "use a norm layer: nn.LayerNorm, nn.RMSNorm, nn.GroupNorm",
    "std*": "use a norm layer: nn.LayerNorm, nn.RMSNorm, nn.GroupNorm",
    "linalg_vector_norm": "use nn.RMSNorm",
    "cumsum": "use a linear layer with a triangular weight",
    "bilinear": "use two linear layers and a product",
}
"""By the operator's name or pattern."""

FLOAT_WEIGHTS = (
    "its weights are floats",
    "use the layer of brevitas.nn with a weight quantizer of at most 8 bits, such as "
    "weight_quant=tercet.quantizers.TernaryWeight of QuantLinear (docs/pytorch.md, "
    "Quantizers), or run `tercet quantize` on the float model",
)
"""What is found in a layer of torch.nn, and what is wanted."""


def advice(name: str) -> str:
    """The concrete change to make for the operator `name`."""
    for pattern, instead in INSTEAD.items():
        if fnmatch(name, pattern):
            return instead
    return (
        "write it with layers of torch.nn that docs/pytorch.md lists, or leave it to the host, "
        "before the first or after the last layer"
    )
