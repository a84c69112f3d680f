"""A check says what is so: ranges, weights, scales, proofs, places; new operators included."""

from typing import Any

import numpy as np
import pytest
import torch
from tests.networks import made, plain, shifted
from torch import nn
from xdsl.dialects.builtin import ModuleOp

from tercet import check, frontends, passes
from tercet.check import facts
from tercet.check.contract import Check, Step
from tercet.check.integers import integers
from tercet.check.place import own_reason
from tercet.errors import CapacityError, UnsupportedError
from tercet.fabric.spec import named
from tercet.ir.interval import Interval
from tercet.ir.module import ops_of
from tercet.ir.op import IntegerOp, operators
from tercet.ir.types import SI64, dense, values_of
from tercet.ops.requantize import Requantize
from tercet.plan.layers import layers_of
from tercet.plan.takes import takes

SMALL = named("small")


def captured_of(model: str) -> ModuleOp:
    found = frontends.resolve(model)
    return frontends.load(found.module, found.example)


@pytest.fixture(scope="module")
def digits() -> Check:
    captured = captured_of("digits_mlp")
    return check.make("digits_mlp", captured, passes.run(captured), SMALL)


def by_name(found: Check) -> dict[str, Step]:
    return {step.name: step for step in found.steps}


def test_a_network_that_fits_passes_and_runs_on_the_fabric(digits: Check) -> None:
    assert digits.verdict == "pass"
    assert digits.fabric.takes
    inside = [step for step in digits.steps if ":" in step.name and step.result.element != "f64"]
    assert [step.operator for step in inside] == ["linear", "requantize"] * 2 + ["linear"]
    assert {step.place.where for step in inside} == {"fabric"}
    assert {step.place.where for step in digits.steps if step not in inside} == {"host"}


def test_ranges_and_weights_are_those_of_the_layer(digits: Check) -> None:
    layer = by_name(digits)["fc1:linear"]
    model: Any = frontends.resolve("digits_mlp").module
    quantized = model.fc1.quant_weight()
    trits = torch.round(quantized.value / quantized.scale).int().numpy()
    assert layer.weights is not None
    assert layer.weights.shape == (128, 64)
    assert (layer.weights.low, layer.weights.high) == (-1, 1)
    assert layer.weights.sparsity == float((trits == 0).mean())
    assert layer.result.high == 255 * int((trits == 1).sum(1).max())
    assert layer.result.low == -255 * int((trits == -1).sum(1).max())
    assert layer.result.bits == 15


def test_scales_are_told_by_kind_and_by_what_they_are_for(digits: Check) -> None:
    steps = by_name(digits)
    weights = steps["fc1:linear"].weights
    assert weights is not None
    assert weights.scale is not None
    assert weights.scale.granularity == "per channel"
    assert facts.scale_of(np.array([0.25])).kind == "power of two"
    assert facts.scale_of(np.array([0.25, 0.3])) == facts.scale_of(np.array([0.3, 4.0]))
    assert facts.scale_of(np.array([0.25, 0.5])).granularity == "per channel"


def test_every_channel_of_a_quantized_layer_is_proven(digits: Check) -> None:
    proofs = [step.proof for step in digits.steps if step.proof]
    assert [(proof.proven, proof.channels) for proof in proofs] == [(128, 128), (64, 64)]


def test_the_width_of_a_requantization_is_that_of_its_constants(digits: Check) -> None:
    (op,) = [
        op
        for op in ops_of(passes.run(captured_of("digits_mlp")))
        if isinstance(op, Requantize) and op.layer.data == "fc2"
    ]
    method = by_name(digits)["fc2:requantize"].method
    assert method is not None
    assert method.rescale is not None
    for name, bits in (("mul", method.rescale.mul_bits), ("add", method.rescale.add_bits)):
        values = values_of(op.properties[name])  # type: ignore[arg-type]
        signs = int(values.min() < 0)
        assert abs(values).max() < 2 ** (bits - signs)
        assert abs(values).max() >= 2 ** (bits - signs - 1)


@pytest.mark.parametrize(
    ("low", "high", "bits"),
    [(0, 0, 1), (0, 255, 8), (0, 256, 9), (-1, 0, 1), (-1, 1, 2), (-128, 127, 8), (-129, 0, 9)],
)
def test_bits_are_the_fewest_that_hold_a_range(low: int, high: int, bits: int) -> None:
    assert facts.bits_of(Interval(low, high)) == bits


def test_a_certificate_that_does_not_hold_fails_the_check() -> None:
    captured = captured_of("digits_mlp")
    module = passes.run(captured)
    op = next(op for op in ops_of(module) if isinstance(op, Requantize))
    add, shift = values_of(op.add), values_of(op.shift)
    add[7] += 1 << shift[7]  # one step too high, in one channel
    op.properties["add"] = dense(add, SI64)
    found = check.make("digits_mlp", captured, module, SMALL)
    assert found.verdict == "fail"
    (problem,) = found.problems
    assert problem.layer == "fc1"
    assert "channel 7" in problem.message
    (proof,) = [step.proof for step in found.steps if step.proof and step.proof.finding]
    assert (proof.proven, proof.channels) == (127, 128)


def test_a_network_that_the_fabric_does_not_take_runs_on_the_host_and_says_why() -> None:
    model, x = made(shifted)
    captured = frontends.load(model, x[:1])
    found = check.make("shifted", captured, passes.run(captured), SMALL)
    assert found.verdict == "pass"
    assert not found.fabric.takes
    assert "quantize them to ternary" in found.fabric.reason
    sums = [step for step in found.steps if step.weights]
    assert sums
    for step in sums:
        assert step.place.where == "host"
        assert "the fabric takes -1, 0 and 1" in step.place.why


def test_a_fabric_that_is_too_small_is_a_reason() -> None:
    captured = captured_of("digits_mlp")
    tiny = named("T=1,L=5,bank_a_depth=64")
    found = check.make("digits_mlp", captured, passes.run(captured), tiny)
    assert (found.verdict, found.fabric.takes) == ("pass", False)
    assert found.fabric.reason


def test_a_network_that_is_refused_shows_how_far_it_came() -> None:
    model, x = made(plain)
    captured = frontends.load(model, x[:1])
    error = UnsupportedError("fc1: a strange one; use another")
    found = check.refused("plain", captured, [error, CapacityError("too large")], SMALL)
    assert found.verdict == "fail"
    assert [problem.layer for problem in found.problems] == ["fc1", ""]
    assert {step.place.where for step in found.steps} == {"nowhere"}
    assert [step.weights.count for step in found.steps if step.weights] == [192, 80]
    assert not check.refused("plain", None, [error], SMALL).steps


def test_a_refusal_of_the_passes_is_a_problem() -> None:
    model, x = made(plain)
    captured = frontends.load(model, x[:1])
    assert integers(captured)[0] is not None
    body = nn.Sequential(model[0], model[1], nn.Tanh(), model[3])  # type: ignore[index]
    module, (error,) = integers(frontends.load(body, x[:1]))
    assert module is None
    assert "quantize" in str(error)


@pytest.mark.parametrize("op", operators(), ids=lambda op: op.name)
def test_every_operator_can_be_described(op: type[IntegerOp]) -> None:
    for sample in op.samples():
        (one,) = ops_of(sample.module)
        value = facts.value(one.results[0], Interval.of(one.results[0].type.element_type))  # type: ignore[attr-defined]
        assert value.bits is not None
        assert facts.kind_of(one) == op.name.removeprefix("tercet.")
        constants = facts.dense_of(one)
        if facts.result_scale(one) is not None and constants:
            assert facts.method(one) is not None
        weights = facts.weights(one, None)
        assert (weights is not None) == (facts.matrix_of(one) is not None)
        if weights is not None:
            assert weights.count == np.prod(weights.shape)


@pytest.mark.parametrize("op", operators(), ids=lambda op: op.name)
def test_what_the_fabric_does_not_take_the_planner_refuses(op: type[IntegerOp]) -> None:
    (one,) = ops_of(op.samples()[0].module)
    if takes(op):
        assert "the fabric has no" not in own_reason(one)
        return
    assert own_reason(one) == f"the fabric has no {facts.kind_of(one)}"
    with pytest.raises(UnsupportedError):
        layers_of(op.samples()[0].module)
