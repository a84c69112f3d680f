"""Brevitas networks with awkward parameters, from the live module to integers."""

from collections.abc import Callable
from copy import deepcopy
from typing import TypeAlias

import brevitas.nn as qnn
import numpy as np
import pytest
import torch
from brevitas.quant import Int8WeightPerTensorFloat
from tests.helpers.networks import NETWORKS, Image, made, normed, shifted
from torch import nn
from xdsl.dialects.builtin import ModuleOp

from tercet import frontends, passes
from tercet.ir.evaluate import evaluate
from tercet.ir.host.boundary import entry_of, exit_of
from tercet.ir.interval import Interval
from tercet.ir.module import inputs_of, ops_of, outputs_of, parse
from tercet.ir.names import value_names
from tercet.ir.types import tensor_type
from tercet.ops.linear import Linear
from tercet.passes.proofs.audit import audit
from tercet.passes.proofs.recheck import check
from tercet.passes.synthesis.certificate import certificates
from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct
from tercet_golden import integer, onnxruntime_golden, vectors
from tercet_golden.compare import compare
from tercet_golden.user_model import torch_golden
from tercet_signoff.executors import native

Network: TypeAlias = Callable[[], nn.Module]
Case: TypeAlias = tuple[nn.Module, torch.Tensor, ModuleOp]
Captured: TypeAlias = Callable[[Network], Case]

THRESHOLD_BITS = (0, 4, 8)
CASES = [
    pytest.param(n, bits, id=f"{n.__name__}-{bits}") for n in NETWORKS for bits in THRESHOLD_BITS
]


@pytest.fixture(scope="module")
def captured() -> Captured:
    """The network, inputs, and its float module; made once for each network."""
    known: dict[str, Case] = {}

    def get(network: Network) -> Case:
        if network.__name__ not in known:
            model, x = made(network)
            known[network.__name__] = (model, x, frontends.load(model, x))
        return known[network.__name__]

    return get


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.__name__)
def test_the_float_dialect_is_the_module_in_float64(network: Network, captured: Captured) -> None:
    model, x, module = captured(network)
    with torch.no_grad():
        want = model.double()(x.double())
    model.float()
    (output,) = outputs_of(module)
    got = evaluate(module, x.double().numpy())[output]
    np.testing.assert_allclose(got, getattr(want, "value", want), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("network", "bits"), CASES)
def test_integers_equal_pytorch_and_onnxruntime_on_every_layer(
    network: Network, bits: int, captured: Captured
) -> None:
    model, x, module = captured(network)
    integers = passes.run(module, passes.in_order(bits))
    drawn = vectors.make(integers, x.double().numpy(), 64, 0)
    golden = integer.run(integers, drawn.x)

    assert compare(golden, onnxruntime_golden.run(integers, drawn.x)).passed
    double = torch_golden.compare(model, integers, drawn.x, golden, torch.float64)
    single = torch_golden.compare(model, integers, drawn.x, golden, torch.float32)
    assert double.passed, double.first
    assert not double.explained
    assert single.passed, single.first
    assert len(single.explained) < 1e-3 * single.compared
    values = [golden[value_names(integers)[op.results[0]]] for op in ops_of(integers)]
    assert all(np.unique(value).size > 2 for value in values)


@pytest.mark.parametrize(("network", "bits"), CASES)
def test_every_channel_is_proven_and_audited(
    network: Network, bits: int, captured: Captured
) -> None:
    _, _, module = captured(network)
    integers = passes.run(module, passes.in_order(bits))
    assert [check(one) for one in certificates(integers)] == [None] * len(certificates(integers))
    audited = audit(module, integers)
    assert not audited.findings
    assert network is Image or audited.evaluated > 100


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.__name__)
def test_every_pass_keeps_what_the_module_computes(network: Network, captured: Captured) -> None:
    """After each pass the module, its entry and its exit still give the reals of the first one."""
    _, x, module = captured(network)
    reals = x.double().numpy()
    (output,) = outputs_of(module)
    want = evaluate(module, reals)[output]
    for count in range(1, len(passes.DEFAULT) + 1):
        after = passes.run(module, passes.DEFAULT[:count])
        (argument,), (output,) = inputs_of(after), outputs_of(after)
        lifted = "f64" not in str(argument.type)
        got = evaluate(after, entry_of(after).quantize(reals) if lifted else reals)[output]
        got = got if "f64" in str(output.type) else exit_of(after).reals(got)
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-9)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.__name__)
def test_both_dialects_survive_their_text(network: Network, captured: Captured) -> None:
    _, x, module = captured(network)
    for before, inputs in (
        (module, x.double().numpy()),
        (passes.run(module), None),
    ):
        after = parse(str(before))
        assert str(after) == str(before)
        if inputs is not None:
            want, got = (evaluate(m, inputs)[outputs_of(m)[0]] for m in (before, after))
            np.testing.assert_array_equal(got, want)


def test_zero_points_leave_no_trace_in_the_integer_layers(captured: Captured) -> None:
    _, _, module = captured(shifted)
    integers = passes.run(module)
    assert entry_of(integers).zero_point != 0
    sums = [op for op in ops_of(integers) if isinstance(op, Linear)]
    assert [op.zero_point.value.data for op in sums] == [0, 0]


def test_thresholds_of_falling_channels_negate_their_weights(captured: Captured) -> None:
    _, _, module = captured(normed)
    plain, negated = (
        next(
            op for op in ops_of(passes.run(module, passes.in_order(bits))) if isinstance(op, Linear)
        )
        for bits in (0, 8)
    )
    flips = [
        not np.array_equal(a, b) and np.array_equal(a, -b)
        for a, b in zip(plain.matrix(), negated.matrix(), strict=True)
    ]
    assert 0 < sum(flips) < len(flips)


def test_the_input_type_is_that_of_the_first_quantizer(captured: Captured) -> None:
    found = {
        network.__name__: str(tensor_type(inputs_of(passes.run(captured(network)[2]))[0]))
        for network in NETWORKS
    }
    assert found["plain"] == "tensor<1x12xui8>"
    assert found["normed"] == "tensor<1x12xsi8>"
    assert found["narrow"] == "tensor<1x12xui4>"
    assert found["Image"] == "tensor<1x3x4xui8>"


def test_integers_enter_unchanged_and_floats_are_rounded_half_to_even(captured: Captured) -> None:
    _, _, module = captured(shifted)
    integers = passes.run(module)
    entry = entry_of(integers)
    given = np.tile(np.arange(12), (2, 1))
    np.testing.assert_array_equal(frontends.quantize_input(integers, given), given)
    halves = (np.full((1, 12), 2.5) - entry.zero_point) * entry.scale
    assert set(frontends.quantize_input(integers, halves).ravel()) == {2}
    assert entry.clip == Interval(0, 255)


def test_weights_on_rounding_ties_are_what_float32_makes_of_them() -> None:
    """The scale is computed, 1 / 127, and weights lie half way: the float types disagree."""
    layer = qnn.QuantLinear(126, 2, bias=False, weight_quant=Int8WeightPerTensorFloat)
    with torch.no_grad():
        layer.weight[0] = (torch.arange(126) + 0.5) / 127
        layer.weight[1] = 1.0
    model = nn.Sequential(qnn.QuantIdentity(act_quant=PixelInput), layer).eval()
    single = layer.quant_weight().int()
    double = deepcopy(layer).double().quant_weight().int()
    assert (single != double).sum() > 10

    module = passes.run(frontends.load(model, torch.rand(1, 126)))
    (sums,) = (op for op in ops_of(module) if isinstance(op, Linear))
    np.testing.assert_array_equal(sums.matrix(), single.numpy())
    q = np.random.default_rng(0).integers(0, 256, (20, 126))
    golden = integer.run(module, q)
    for dtype in (torch.float64, torch.float32):
        assert torch_golden.compare(model, module, q, golden, dtype).passed


def test_a_layer_that_is_called_twice_is_two_layers() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.entry = qnn.QuantIdentity(act_quant=PixelInput)
            self.fc = qnn.QuantLinear(4, 4, bias=False, weight_quant=TernaryWeight)
            self.first = qnn.QuantReLU(act_quant=PixelInput)
            self.second = qnn.QuantReLU(act_quant=UnsignedAct)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.first(self.fc(self.entry(x)))
            return torch.as_tensor(self.second(self.fc(x)))

    torch.manual_seed(0)
    model = Twice().eval()
    captured = frontends.load(model, torch.rand(1, 4))
    module = passes.run(captured)
    assert list(value_names(module).values()) == [
        "x", "fc:linear", "fc:requantize", "fc:linear#2", "fc:requantize#2",
    ]  # fmt: skip
    q = np.random.default_rng(0).integers(0, 256, (20, 4))
    double = torch_golden.compare(model, module, q, integer.run(module, q), torch.float64)
    assert double.passed, double.first
    assert not audit(captured, module).findings


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.__name__)
def test_the_emitted_c_equals_the_reference_on_every_layer(
    network: Network, captured: Captured
) -> None:
    _, x, module = captured(network)
    integers = passes.run(module, passes.in_order(threshold_bits=4))
    drawn = vectors.make(integers, x.double().numpy(), 16, 1)
    assert compare(integer.run(integers, drawn.x), native.run_c(integers, drawn.x)).passed
