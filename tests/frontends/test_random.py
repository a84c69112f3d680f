"""Networks drawn at random: whatever is captured is proven, audited and equal everywhere."""

from typing import Any

import brevitas.nn as qnn
import numpy as np
import torch
from brevitas.quant import (
    Int8ActPerTensorFloat,
    Int8WeightPerChannelFloat,
    Int8WeightPerTensorFixedPoint,
    Int32Bias,
    ShiftedUint8ActPerTensorFloat,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.helpers.networks import Nibble, Scales, SignedNibble, norm
from torch import nn

from tercet import frontends, passes
from tercet.passes.proofs.audit import audit
from tercet.passes.proofs.recheck import check
from tercet.passes.synthesis.certificate import certificates
from tercet.quantizers import PixelInput, TernaryWeight
from tercet_golden import integer, onnxruntime_golden, vectors
from tercet_golden.compare import compare
from tercet_golden.user_model import torch_golden

WEIGHTS = [TernaryWeight, Int8WeightPerChannelFloat, Int8WeightPerTensorFixedPoint]
ENTRIES = [PixelInput, Int8ActPerTensorFloat, ShiftedUint8ActPerTensorFloat, Nibble]
MIDDLES = [
    (qnn.QuantReLU, Scales),
    (qnn.QuantReLU, ShiftedUint8ActPerTensorFloat),
    (qnn.QuantReLU, Nibble),
    (qnn.QuantIdentity, Int8ActPerTensorFloat),
    (qnn.QuantIdentity, ShiftedUint8ActPerTensorFloat),
    (qnn.QuantIdentity, SignedNibble),
]
BIASES: list[dict[str, Any]] = [
    {"bias": False},
    {"bias": True},
    {"bias": True, "bias_quant": Int32Bias},
]


@st.composite
def networks(draw: st.DrawFn) -> tuple[nn.Module, int]:
    """A module after some training steps without a loss, and the width of its input."""
    torch.manual_seed(draw(st.integers(0, 2**16)))
    width = first = draw(st.integers(1, 40))
    entry = draw(st.sampled_from(ENTRIES))
    layers: list[nn.Module] = [qnn.QuantIdentity(act_quant=entry, return_quant_tensor=True)]
    for _ in range(draw(st.integers(1, 3))):
        after, bias = draw(st.integers(1, 24)), draw(st.sampled_from(BIASES))
        weight = draw(st.sampled_from(WEIGHTS))
        layers.append(qnn.QuantLinear(width, after, weight_quant=weight, **bias))
        if draw(st.booleans()):
            layers.append(norm(after, torch.Generator().manual_seed(after)))
        kind, act = draw(st.sampled_from(MIDDLES))
        layers.append(kind(act_quant=act, return_quant_tensor=True))
        width = after
    if draw(st.booleans()):
        layers.append(qnn.QuantLinear(width, 3, bias=True, weight_quant=TernaryWeight))
    else:
        layers.append(nn.Identity())
    model = nn.Sequential(*layers).train()
    with torch.no_grad():
        for _ in range(3):
            model(torch.rand(32, first) * 2 - 0.6)
    return model.eval(), first


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(drawn=networks(), threshold_bits=st.sampled_from([0, 4]))
def test_a_random_network_is_the_same_everywhere(
    drawn: tuple[nn.Module, int], threshold_bits: int
) -> None:
    model, width = drawn
    x = torch.rand(30, width) * 2 - 0.6
    captured = frontends.load(model, x)
    module = passes.run(captured, passes.in_order(threshold_bits))
    inputs = vectors.make(module, np.asarray(x.double().numpy()), 30, 0).x
    golden = integer.run(module, inputs)

    assert not [found for c in certificates(module) if (found := check(c))]
    assert not audit(captured, module).findings
    double = torch_golden.compare(model, module, inputs, golden, torch.float64)
    single = torch_golden.compare(model, module, inputs, golden, torch.float32)
    assert double.passed, double.first
    assert single.passed, single.first
    assert compare(golden, onnxruntime_golden.run(module, inputs)).passed
