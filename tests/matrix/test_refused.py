"""What Tercet cannot make integers of, exactly: one sentence with the layer and the way out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import brevitas.nn as qnn
import brevitas.quant as bq
import pytest
import torch
from brevitas.inject.enum import FloatToIntImplType
from brevitas.quant.experimental.float_quant_ocp import Fp8e4m3OCPActPerTensorFloat
from tests.helpers.matrix.parts import WEIGHTS, Does, Nibble, act, conv, entry, linear, samples
from tests.helpers.matrix.proof import prove
from torch import Tensor, nn
from torch.nn import functional

from tercet.errors import TercetError


@dataclass(frozen=True)
class Refusal:
    make: Callable[[], nn.Module]
    shape: tuple[int, ...]
    sentence: str
    """A pattern of its beginning, or of all of it."""


class PerChannelInput(bq.Int8ActPerTensorFloat):  # type: ignore[misc]
    scaling_per_output_channel = True
    per_channel_broadcastable_shape = (1, 4, 1, 1)
    scaling_stats_permute_dims = (1, 0, 2, 3)


class Dpu(bq.Int8ActPerTensorFixedPoint):  # type: ignore[misc]
    float_to_int_impl_type = FloatToIntImplType.DPU


def far_from_zero() -> nn.Module:
    """Weights whose zero point leaves the eight bits."""
    layer = qnn.QuantLinear(8, 5, bias=False, weight_quant=bq.ShiftedUint8WeightPerTensorFloat)
    with torch.no_grad():
        layer.weight.fill_(0.1)
        layer.weight[0, :6] = torch.tensor([-1, 0.2, 0, 0, 0, 0])
    model: nn.Module = nn.Sequential(entry(), layer)
    return model


Do = Callable[[Any, Tensor], Any]


def quantized(do: Do, **layers: nn.Module) -> nn.Module:
    """A function of a quantized tensor, then a quantizer."""
    return Does(lambda m, x: m.last(do(m, m.entry(x))), entry=act(), last=act(), **layers)


def chain(*layers: Any) -> nn.Module:
    return nn.Sequential(entry(), *layers)


def two_linear() -> dict[str, nn.Module]:
    return {"a": linear(8, 8), "b": linear(8, 8)}


def recurrent(layer: nn.Module) -> nn.Module:
    return Does(lambda m, x: m.layer(m.entry(x))[0], entry=act(), layer=layer)


def attention(layer: nn.Module) -> nn.Module:
    return Does(lambda m, x: m.layer(*3 * [m.entry(x)])[0], entry=act(), layer=layer)


def attention_products() -> nn.Module:
    layer = qnn.QuantScaledDotProductAttention()
    return Does(lambda m, x: m.layer(*3 * [m.entry(x)]), entry=act(), layer=layer)


class TernaryByHand(nn.Linear):
    """The weights of a BitLinear."""

    def forward(self, x: Tensor) -> Tensor:
        scale = self.weight.abs().mean()
        return functional.linear(x, (self.weight / scale).round().clamp(-1, 1) * scale)


class ByHand(TernaryByHand):
    """Its activations as well."""

    def forward(self, x: Tensor) -> Tensor:
        scale = 127 / x.abs().amax(1, keepdim=True).clamp(min=1e-5)
        return super().forward((x * scale).round() / scale)


ROW, SEQUENCE, IMAGE = (8,), (5, 4), (4, 6, 6)
STATE = "keeps a state from step to step; use convolutions, linear layers or attention over the"
FLOATS = "its weights are floats; use the layer of brevitas.nn with a weight quantizer of at most 8"
REFUSED: dict[str, Refusal] = {
    "two wide sums added": Refusal(
        lambda: quantized(lambda m, x: m.a(x) + m.b(x), **two_linear()),
        ROW,
        "last: combines two sums of [0-9]+ and [0-9]+ values, .*; quantize one of the two first$",
    ),
    "two wide sums multiplied": Refusal(
        lambda: quantized(lambda m, x: m.a(x) * m.b(x), **two_linear()),
        ROW,
        "last: combines two sums of [0-9]+ and [0-9]+ values, .*; quantize one of the two first$",
    ),
    "a wide sum of 8-bit weights added to the input": Refusal(
        lambda: quantized(lambda m, x: m.fc(x) + x, fc=linear(8, 8, WEIGHTS["8 bits per channel"])),
        ROW,
        "last: no sum or product of its two inputs with one rounding is exact; quantize each of",
    ),
    "three tensors added": Refusal(
        lambda: quantized(
            lambda m, x: m.a(x) + m.b(2 * x) + m.c(x.tanh()), a=act(), b=act(Nibble), c=act()
        ),
        ROW,
        "last: combines 3 quantized tensors before one rounding; quantize the sum of two of them",
    ),
    "a scale for each channel into a dense layer": Refusal(
        lambda: nn.Sequential(act(PerChannelInput), conv(4, 3), act()),
        IMAGE,
        "1: its input has a scale for each of 4 channels, .*; quantize it per tensor$",
    ),
    "unlike scales joined before a layer": Refusal(
        lambda: Does(
            lambda m, x: m.fc(torch.cat([m.a(x), m.b(x)], 1)),
            a=act(),
            b=act(Nibble),
            fc=linear(16, 3),
        ),
        ROW,
        "fc: its input is not quantized; put a QuantIdentity or a QuantReLU before it$",
    ),
    "a softmax of sums": Refusal(
        lambda: chain(linear(8, 5), nn.Softmax(1), act()),
        ROW,
        r"3: quantizes a function of 2 \(softmax\), .*; quantize before 2 \(softmax\) as well$",
    ),
    "a function of a softmax": Refusal(
        lambda: quantized(lambda m, x: torch.softmax(x, 1) * 2),
        ROW,
        "last: quantizes a function of the result of softmax; quantize that result first$",
    ),
    "a product of what is not quantized": Refusal(
        lambda: quantized(lambda m, x: (x * 0.5) @ x.transpose(1, 2)),
        SEQUENCE,
        "last: quantizes a function of matmul, whose own input is not quantized; quantize before m",
    ),
    "a batch that is not first": Refusal(
        lambda: quantized(lambda m, x: x.permute(1, 0, 2) * 2),
        SEQUENCE,
        r"permute: moves the batch axis, by the order \(1, 0, 2\); keep .* or index what is before",
    ),
    "attention of Brevitas without a quantizer before its softmax": Refusal(
        lambda: attention(qnn.QuantMultiheadAttention(4, 2, batch_first=True)),
        SEQUENCE,
        "layer: QuantMultiheadAttention lacks softmax_input_quant; make it with softmax_input_quan",
    ),
    "attention of torch": Refusal(
        lambda: attention(nn.MultiheadAttention(4, 2, batch_first=True)),
        SEQUENCE,
        "layer: the weights of nn.MultiheadAttention are floats; use brevitas.nn.QuantMultihead",
    ),
    "a linear layer of torch": Refusal(lambda: chain(nn.Linear(8, 3), act()), ROW, f"1: {FLOATS}"),
    "a convolution of torch": Refusal(lambda: chain(nn.Conv2d(4, 3, 3)), IMAGE, f"1: {FLOATS}"),
    "a transposed convolution of torch": Refusal(
        lambda: chain(nn.ConvTranspose2d(4, 3, 3), act()), IMAGE, f"1: {FLOATS}"
    ),
    "an input that is not quantized": Refusal(
        lambda: nn.Sequential(linear(8, 3), act()),
        ROW,
        r"0 \(linear\): gets the input as floats; put one QuantIdentity with an integer act_quant",
    ),
    "an input that is returned": Refusal(
        lambda: Does(lambda m, x: (m.entry(x), x), entry=act()),
        ROW,
        "the model.* the input as floats; ",
    ),
    "two layers without a quantizer between them": Refusal(
        lambda: chain(linear(8, 6), nn.ReLU(), linear(6, 3)),
        ROW,
        "3: its input is not quantized; put a QuantIdentity or a QuantReLU before it$",
    ),
    "QuantLSTM": Refusal(lambda: qnn.QuantLSTM(4, 3), SEQUENCE, f"the model: QuantLSTM {STATE}"),
    "QuantRNN": Refusal(lambda: qnn.QuantRNN(4, 3), SEQUENCE, f"the model: QuantRNN {STATE}"),
    "nn.LSTM": Refusal(
        lambda: recurrent(nn.LSTM(4, 3, batch_first=True)), SEQUENCE, f"layer: LSTM {STATE}"
    ),
    "nn.GRU": Refusal(
        lambda: recurrent(nn.GRU(4, 3, batch_first=True)), SEQUENCE, f"layer: GRU {STATE}"
    ),
    "a convolution of three axes": Refusal(
        lambda: chain(qnn.QuantConv3d(1, 2, 3)),
        (1, 4, 4, 4),
        "1: operator conv3d is not supported; use QuantConv1d or QuantConv2d$",
    ),
    "bilinear upsampling": Refusal(
        lambda: nn.Sequential(act(), nn.Upsample(scale_factor=2, mode="bilinear"), act()),
        IMAGE,
        "1: operator upsample_bilinear2d is not supported; use nearest upsampling by a whole",
    ),
    "bilinear upsampling of Brevitas": Refusal(
        lambda: chain(qnn.QuantUpsamplingBilinear2d(scale_factor=2)),
        IMAGE,
        "1: upsamples by mode 'bilinear'; use mode 'nearest' and a whole factor$",
    ),
    "weights less their zero point": Refusal(
        far_from_zero,
        ROW,
        r"1: its weights less their zero point reach .*; wanted \[-128, 127\], so use a weight",
    ),
    "weights of nine bits": Refusal(
        lambda: chain(qnn.QuantLinear(8, 3, True, weight_bit_width=9)),
        ROW,
        "1: its quantizer has 9 bits; wanted a whole number of at most 8$",
    ),
    "activations of sixteen bits": Refusal(
        lambda: nn.Sequential(act(bit_width=16), linear(8, 3)),
        ROW,
        "0: its quantizer has 16 bits; wanted a whole number of at most 8$",
    ),
    "activations of floats": Refusal(
        lambda: nn.Sequential(act(Fp8e4m3OCPActPerTensorFloat), linear(8, 3)),
        ROW,
        "0: its quantizer yields FloatQuantTensor; Tercet takes integer quantizers",
    ),
    "rounding as a DPU": Refusal(
        lambda: nn.Sequential(act(Dpu), linear(8, 3)),
        ROW,
        "0: its quantizer rounds by DPU; wanted one of ROUND, FLOOR, CEIL, ROUND_TO_ZERO$",
    ),
    "a truncating pool of uneven windows": Refusal(
        lambda: chain(qnn.TruncAvgPool2d(4, ceil_mode=True)),
        IMAGE,
        "1: pools with ceil_mode and truncates; .* so set ceil_mode=False or pad before it$",
    ),
    "shrinking": Refusal(
        lambda: chain(linear(8, 5), nn.Softshrink(0.2), act()),
        ROW,
        "2: operator gt is not supported; use clamp, .* compares its input, as nn.Softshrink and",
    ),
    "shrinking without a shift": Refusal(
        lambda: chain(linear(8, 5), nn.Hardshrink(0.2), act()),
        ROW,
        "2: operator le is not supported; use clamp, .* compares its input, as nn.Softshrink and",
    ),
    "sine": Refusal(
        lambda: quantized(lambda m, x: torch.sin(x)),
        ROW,
        "sin: operator sin is not supported; write it with layers of torch.nn that docs/pytorch",
    ),
    "a choice by what tensors hold": Refusal(
        lambda: quantized(lambda m, x: torch.where(x > 0, x, 2 * x)),
        ROW,
        "gt: operator gt is not supported; ",
    ),
    "a branch on what tensors hold": Refusal(
        lambda: quantized(lambda m, x: x if x.sum() > 0 else -x),
        ROW,
        "torch.export cannot follow the model's forward: .*; it may branch on shapes, but not on",
    ),
    "argmax": Refusal(
        lambda: Does(lambda m, x: m.entry(x).argmax(1), entry=act()),
        ROW,
        "argmax: operator argmax is not supported; return the scores; the host takes their argmax$",
    ),
    "the place of a maximum": Refusal(
        lambda: Does(lambda m, x: torch.max(m.entry(x), 1)[1], entry=act()),
        ROW,
        "max_1: the index of a maximum is used; return the scores; the host takes their argmax$",
    ),
    "the place of a maximum inside": Refusal(
        lambda: quantized(lambda m, x: x * x.max(1, keepdim=True).indices),
        ROW,
        "max_1: the index of a maximum is used; return the scores; the host takes their argmax$",
    ),
    "a boolean": Refusal(
        lambda: Does(lambda m, x: m.entry(x) > 0.5, entry=act()),
        ROW,
        "the model returns booleans; return the compared values, and let the host compare them$",
    ),
    "attention without several quantizers": Refusal(
        lambda: attention(qnn.QuantMultiheadAttention(4, 2, batch_first=True, v_quant=None)),
        SEQUENCE,
        "layer: QuantMultiheadAttention lacks softmax_input_quant and v_quant; make it with soft",
    ),
    "products of attention without a quantizer before the softmax": Refusal(
        lambda: attention_products(),
        SEQUENCE,
        "layer: QuantScaledDotProductAttention lacks softmax_input_quant; make it with softmax_in",
    ),
    "a linear layer that quantizes by hand": Refusal(
        lambda: nn.Sequential(act(), ByHand(8, 5)),
        ROW,
        "1: operator round is not supported; quantize by layers of Brevitas, .*TernaryWeight",
    ),
    "a linear layer that quantizes its weights by hand": Refusal(
        lambda: chain(TernaryByHand(8, 5)), ROW, f"1: {FLOATS} bits, .*quantizers.TernaryWeight"
    ),
    "topk": Refusal(
        lambda: Does(lambda m, x: m.entry(x).topk(2).values, entry=act()),
        ROW,
        "topk: operator topk is not supported; return the scores; the host sorts them$",
    ),
    "a cube": Refusal(
        lambda: quantized(lambda m, x: x**3),
        ROW,
        "pow_1: raises to the power 3; multiply, or use ",
    ),
    "a deviation": Refusal(
        lambda: quantized(lambda m, x: x / x.std(1, keepdim=True)),
        ROW,
        "std: operator std is not supported; use a norm layer: nn.LayerNorm, ",
    ),
    "sums so far": Refusal(
        lambda: quantized(lambda m, x: x.cumsum(1)),
        ROW,
        "cumsum: operator cumsum is not supported; use a linear layer with a triangular weight$",
    ),
    "chance": Refusal(
        lambda: quantized(lambda m, x: x + torch.rand_like(x)),
        ROW,
        "the captured graph does not reproduce the model .*, such as chance$",
    ),
    "dropout in evaluation": Refusal(
        lambda: quantized(lambda m, x: functional.dropout(x, 0.5, training=True)),
        ROW,
        "the captured graph does not reproduce the model .*, such as chance$",
    ),
    "a batch size in a shape": Refusal(
        lambda: quantized(lambda m, x: x.reshape(1, -1)),
        ROW,
        "view: moves the batch axis or bakes a batch size in: .*; keep the batch as the first axis",
    ),
    "a mean over the batch": Refusal(
        lambda: quantized(lambda m, x: x - x.mean(0, keepdim=True)),
        ROW,
        "mean: works along the batch axis; every row of a batch must go through the network alone$",
    ),
    "a constant": Refusal(
        lambda: Does(lambda m, x: torch.ones(x.shape[0], 2).to(x)),
        ROW,
        "the model returns a constant; wanted tensors that are computed from its input$",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_why_and_what_to_do(case: str) -> None:
    refusal = REFUSED[case]
    with pytest.raises(TercetError) as caught:
        prove(refusal.make(), samples(*refusal.shape))
    sentence = str(caught.value)
    assert re.match(refusal.sentence, sentence), sentence
    assert "\n" not in sentence
