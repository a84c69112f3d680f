"""Every quantized layer of Brevitas, with the quantizers that it can be given."""

from typing import Any

import brevitas.nn as qnn
import brevitas.quant as bq
import pytest
import torch
from brevitas.core.quant import TernaryQuant
from brevitas.inject.enum import FloatToIntImplType
from brevitas.quant.binary import SignedBinaryActPerTensorConst, SignedBinaryWeightPerTensorConst
from brevitas.quant.ternary import SignedTernaryActPerTensorConst, SignedTernaryWeightPerTensorConst
from tests.helpers.matrix.parts import (
    Does,
    Fan,
    Nibble,
    Shifted,
    Signed,
    SignedDyadic,
    UnsignedDyadic,
    act,
    conv,
    entry,
    gains,
    linear,
    relu,
    samples,
)
from tests.helpers.matrix.proof import prove
from torch import Tensor, nn

ACTIVATIONS: list[nn.Module] = [
    qnn.QuantIdentity(),
    qnn.QuantReLU(),
    qnn.QuantReLU(bit_width=3),
    qnn.QuantReLU(act_quant=UnsignedDyadic, bit_width=2),
    qnn.QuantHardTanh(min_val=-0.5, max_val=0.7),
    qnn.QuantHardTanh(bit_width=4, min_val=-1, max_val=1),
    qnn.QuantSigmoid(),
    qnn.QuantSigmoid(bit_width=4),
    qnn.QuantTanh(),
    qnn.QuantTanh(bit_width=5),
    qnn.QuantHardSwish(),
    qnn.QuantHardSwish(bit_width=6),
    qnn.QuantIdentity(act_quant=Shifted),
    qnn.QuantIdentity(act_quant=SignedDyadic, bit_width=6),
]


def test_activations_behind_a_layer_and_on_a_quantized_tensor() -> None:
    branches = [nn.Sequential(linear(20, 6), layer) for layer in ACTIVATIONS]
    prove(Fan(act(), *branches), samples(20, rows=40))


def test_activations_without_a_quantizer_are_functions() -> None:
    layers = qnn.QuantReLU(act_quant=None), qnn.QuantSigmoid(act_quant=None)
    more = qnn.QuantHardTanh(act_quant=None, min_val=-0.5, max_val=0.7), qnn.QuantTanh(None)
    branches = [nn.Sequential(linear(20, 6), layer, act()) for layer in (*layers, *more)]
    prove(Fan(act(), *branches), samples(20, rows=40))


class Floor(bq.Int8ActPerTensorFloat):  # type: ignore[misc]
    float_to_int_impl_type = FloatToIntImplType.FLOOR


class Ceil(bq.Int8ActPerTensorFloat):  # type: ignore[misc]
    float_to_int_impl_type = FloatToIntImplType.CEIL


class ToZero(bq.Int8ActPerTensorFloat):  # type: ignore[misc]
    float_to_int_impl_type = FloatToIntImplType.ROUND_TO_ZERO


class Sign(SignedBinaryActPerTensorConst):  # type: ignore[misc]
    min_val, max_val = -0.3, 0.3


class Threefold(SignedTernaryActPerTensorConst):  # type: ignore[misc]
    tensor_quant = TernaryQuant
    threshold = 0.3
    scaling_init = 0.6


@pytest.mark.parametrize("quantizer", [Floor, Ceil, ToZero, Sign, Threefold])
def test_other_ways_to_round(quantizer: Any) -> None:
    """At the input, behind a layer, and on a quantized tensor."""
    layers = linear(20, 8, bias=False), act(quantizer), linear(8, 6), act(), act(quantizer)
    prove(nn.Sequential(act(quantizer), *layers), samples(20, rows=40))


class FourBitWeight(bq.Int8WeightPerTensorFloat):  # type: ignore[misc]
    bit_width = 4


WEIGHTS: dict[str, Any] = {
    "binary": SignedBinaryWeightPerTensorConst,
    "ternary": SignedTernaryWeightPerTensorConst,
    "asymmetric, 4 bits": bq.ShiftedUint8WeightPerTensorFloat,
    "asymmetric per channel, 4 bits": bq.ShiftedUint8WeightPerChannelFloat,
}


@pytest.mark.parametrize("bits", [2, 3, 5, 6, 7])
def test_weights_of_every_width(bits: int) -> None:
    per_tensor, per_channel = bq.Int8WeightPerTensorFloat, bq.Int8WeightPerChannelFloat
    more = {"weight_bit_width": bits, "bias": False}
    branches = [
        nn.Sequential(qnn.QuantConv2d(3, 5, 3, weight_quant=kind, **more), gains(5), relu())
        for kind in (per_tensor, per_channel)
    ]
    prove(Fan(entry(), *branches), samples(3, 6, 6))


@pytest.mark.parametrize("weight", WEIGHTS)
def test_weights_of_every_kind(weight: str) -> None:
    more = {"weight_bit_width": 4} if "4 bits" in weight else {}
    kind = {"weight_quant": WEIGHTS[weight], "bias": True} | more
    layers = qnn.QuantConv2d(3, 4, 3, **kind), relu(), nn.Flatten(), qnn.QuantLinear(64, 5, **kind)
    prove(nn.Sequential(entry(), *layers), samples(3, 6, 6))


def test_biases() -> None:
    kinds = bq.Int8Bias, bq.Int16Bias, bq.Int32Bias, bq.Int8BiasPerTensorFloatInternalScaling
    branches = [
        nn.Sequential(qnn.QuantConv2d(3, 4, 3, bias=True, bias_quant=bias), relu())
        for bias in kinds
    ]
    prove(Fan(entry(), *branches), samples(3, 6, 6))


def test_quantizers_inside_of_a_layer() -> None:
    more = {"input_quant": Shifted, "output_quant": Signed, "bias": True}
    layers = qnn.QuantConv2d(3, 4, 3, **more), nn.Flatten(), qnn.QuantLinear(64, 5, **more)
    prove(nn.Sequential(*layers), samples(3, 6, 6))


POOLS: list[Any] = [
    qnn.TruncAvgPool2d(2, bit_width=4),
    qnn.TruncAvgPool2d(3, stride=1, bit_width=8, float_to_int_impl_type="floor"),
    qnn.TruncAvgPool2d(2, trunc_quant=bq.TruncTo8bit, divisor_override=3),
    qnn.TruncAdaptiveAvgPool2d((2, 3), bit_width=6),
    qnn.TruncAdaptiveAvgPool2d(1, bit_width=5, float_to_int_impl_type="floor"),
]


@pytest.mark.parametrize("first", [SignedDyadic, UnsignedDyadic])
def test_pools_that_truncate(first: Any) -> None:
    branches = [nn.Sequential(pool, nn.Identity()) for pool in POOLS]
    prove(Fan(entry(first), *branches), samples(2, 6, 6))


def test_a_pool_that_truncates_before_a_layer() -> None:
    pool = qnn.TruncAvgPool2d(2, bit_width=8, float_to_int_impl_type="floor")
    layers = conv(2, 4), relu(UnsignedDyadic, return_quant_tensor=True), pool, nn.Flatten()
    prove(nn.Sequential(entry(), *layers, linear(16, 3)), samples(2, 6, 6))


def test_upsampling_and_largest() -> None:
    branches = [
        nn.Sequential(qnn.QuantUpsample(scale_factor=2), conv(2, 3)),
        nn.Sequential(qnn.QuantUpsamplingNearest2d(scale_factor=3), act()),
        nn.Sequential(nn.MaxPool2d(2), conv(2, 3)),
        nn.Sequential(nn.AvgPool2d(2), act(), conv(2, 3)),
        nn.Sequential(nn.Dropout(0.3), conv(2, 3)),
    ]
    prove(Fan(entry(), *branches), samples(2, 8, 8))


def test_scales_and_biases() -> None:
    branches = [
        qnn.QuantScaleBias(4, True),
        qnn.QuantScaleBias(4, True, weight_quant=bq.Int8WeightPerTensorFixedPoint),
        qnn.QuantScaleBias(
            4, True, weight_quant=bq.Int8WeightPerTensorFloat, bias_quant=bq.Int32Bias
        ),
        qnn.BatchNorm2dToQuantScaleBias(4),
    ]
    for i, layer in enumerate(branches):
        with torch.no_grad():
            for value in layer.parameters():
                if value.numel() > 1:
                    value.copy_(torch.linspace(-1, 1.5 + i, value.numel()).reshape(value.shape))
    prove(Fan(entry(), *(nn.Sequential(x, act()) for x in branches)), samples(4, 5, 5))
    one_axis = qnn.BatchNorm1dToQuantScaleBias(4)
    prove(nn.Sequential(entry(), one_axis, relu(Nibble)), samples(4, 9))


def test_joins() -> None:
    def do(m: Any, a: Tensor, b: Tensor) -> Any:
        a, b = m.a(a), m.b(b)
        return m.add(a, b), m.cat([a, b]), m.bare(a, b), m.cats([a, b, a], dim=-1)

    layers = {
        "add": qnn.QuantEltwiseAdd(),
        "bare": qnn.QuantEltwiseAdd(output_quant=None),
        "cat": qnn.QuantCat(),
        "cats": qnn.QuantCat(output_quant=None),
    }
    inputs = samples(3, 4, 5), samples(3, 4, 5, seed=1) * 2
    prove(Does(do, a=entry(), b=entry(), **layers), *inputs)


def test_an_embedding_with_a_scale_for_each_tensor() -> None:
    words = torch.arange(40).reshape(10, 4) % 20
    layer = qnn.QuantEmbedding(20, 6, weight_quant=bq.Int8WeightPerTensorFixedPoint)
    prove(nn.Sequential(layer, nn.Flatten(), linear(24, 3)), words)


def test_scaled_products_of_brevitas() -> None:
    names = "softmax_input", "attn_output_weights", "q_scaled", "k_transposed", "v"
    grids = {f"{name}_quant": Signed for name in names} | {"attn_output_weights_quant": Nibble}
    layer = qnn.QuantScaledDotProductAttention(**grids)
    model = Does(lambda m, q, k, v: m.attend(m.q(q), m.k(k), m.v(v)), attend=layer)
    for name in ("q", "k", "v"):
        model.add_module(name, act())
    prove(model, *(samples(2, 5, 8, seed=i) for i in range(3)))


@pytest.mark.parametrize("packed", [True, False])
def test_attention_of_brevitas(packed: bool) -> None:
    more = {"batch_first": True, "packed_in_proj": packed, "softmax_input_quant": Signed}
    model = Does(
        lambda m, x: m.attend(*3 * [m.entry(x)], need_weights=False)[0],
        entry=act(),
        attend=qnn.QuantMultiheadAttention(8, 2, **more),
    )
    prove(model, samples(5, 8))
