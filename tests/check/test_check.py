"""A check says what is so: ranges, weights, scales, proofs, places; new operators included."""

from dataclasses import replace
from typing import Any

import brevitas.nn as qnn
import numpy as np
import pytest
import torch
from tests.helpers.networks import made, plain, shifted
from torch import Tensor, nn
from xdsl.dialects.builtin import ModuleOp

from tercet import check, frontends, passes
from tercet.check import facts
from tercet.check.contract import Check, Step
from tercet.check.integers import integers
from tercet.check.place import fabric_of, lowered, places
from tercet.errors import CapacityError, UnsupportedError
from tercet.ir.interval import Interval
from tercet.ir.module import ops_of
from tercet.ir.op import IntegerOp, operators
from tercet.ir.types import SI64, dense, values_of
from tercet.ops.requantize import Requantize
from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct
from tercet.targets.door import Settings
from tercet.targets.effort import USUAL, Asked
from tercet.targets.fabric.choice.recorded_search import Search
from tercet.targets.fabric.choice.search import Choice, Trial
from tercet.targets.fabric.format.spec import FabricSpec, named
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.lower.registry import takes
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.network.normal_form import normal
from tercet.targets.fabric.tiles.grid import Grid

SMALL = Settings("small")


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


class Two(nn.Module):
    """Two operators in a row that the fabric does not take, between layers that it would."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.pixels = qnn.QuantIdentity(act_quant=PixelInput)
        self.fc1 = qnn.QuantLinear(12, 8, bias=False, weight_quant=TernaryWeight)
        self.a, self.b, self.c = (qnn.QuantReLU(act_quant=UnsignedAct) for _ in range(3))
        self.soft = nn.Softmax(-1)
        self.fc2 = qnn.QuantLinear(8, 4, bias=False, weight_quant=TernaryWeight)

    def forward(self, x: Tensor) -> Tensor:
        a = self.a(self.fc1(self.pixels(x)))
        found: Tensor = self.fc2(self.c(torch.sigmoid(a + self.b(self.soft(a)))))
        return found


def test_a_network_that_the_fabric_does_not_take_runs_on_the_host_and_says_why() -> None:
    model, x = made(Two)
    captured = frontends.load(model, x[:1])
    found = check.make("two", captured, passes.run(captured), SMALL)
    assert (found.verdict, found.fabric.takes, found.fabric.layers) == ("pass", False, ())
    assert found.fabric.reason.startswith("soft: is softmax")
    why = {step.operator: step.place.why for step in found.steps if step.place.where == "host"}
    assert why["softmax"] == "the fabric has no softmax"
    assert "its table of two operands has" in why["pair_table"]
    assert why["linear"] == "the fabric runs whole networks, and it refuses this one"


def test_every_step_of_the_plan_is_an_operator_and_has_all_tiles(digits: Check) -> None:
    names = [layer.result for layer in digits.fabric.layers]
    assert names == ["fc1:requantize", "fc2:requantize", "fc3:linear"]
    for layer in digits.fabric.layers:
        assert layer.grid.bands * layer.grid.slices * layer.grid.outs == named(SMALL.fabric).tiles
        assert by_name(digits)[layer.result].place.why.startswith(f"{layer.name} on ")
        weights = by_name(digits)[f"{layer.name}:linear"].weights
        assert weights is not None
        assert (layer.planes, layer.sparsity) == (weights.planes, weights.sparsity)


def test_weights_of_several_planes_run_on_the_fabric() -> None:
    model, x = made(shifted)
    captured = frontends.load(model, x[:1])
    found = check.make("shifted", captured, passes.run(captured), SMALL)
    assert found.fabric.takes
    planes = [step.weights.planes for step in found.steps if step.weights]
    assert [layer.planes for layer in found.fabric.layers] == planes
    assert max(planes) > 1


def test_the_search_is_told_on_request_and_the_plan_is_the_same() -> None:
    captured = captured_of("digits_mlp")
    module = passes.run(captured)
    found = check.make("digits_mlp", captured, module, SMALL, explain=True)
    assert found.fabric.layers == tuple(fabric_of(lowered(module, SMALL)).layers)
    assert [one.step for one in found.fabric.search] == [x.name for x in found.fabric.layers]
    chosen = [t.grid for c in found.fabric.search for t in c.trials if t.chosen]
    assert chosen == [layer.grid for layer in found.fabric.layers]


def test_a_fabric_that_is_too_small_is_a_reason() -> None:
    captured = captured_of("digits_mlp")
    tiny = Settings("T=1,L=5,bank_a_depth=64")
    found = check.make("digits_mlp", captured, passes.run(captured), tiny)
    assert (found.verdict, found.fabric.takes) == ("pass", False)
    assert found.fabric.reason


def test_a_network_that_is_refused_shows_how_far_it_came() -> None:
    model, x = made(plain)
    captured = frontends.load(model, x[:1])
    error = UnsupportedError("a strange one", layer="fc1", way_out="use another")
    found = check.refused("plain", captured, [error, CapacityError("too large")], SMALL, 7)
    assert found.verdict == "fail"
    assert [problem.layer for problem in found.problems] == ["fc1", ""]
    assert {step.place.where for step in found.steps} == {"nowhere"}
    assert [step.weights.count for step in found.steps if step.weights] == [192, 80]
    assert not check.refused("plain", None, [error], SMALL, 0).steps


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
    module = op.samples()[0].module
    (one,) = ops_of(module)
    if takes(op):
        assert places(module, lowered(module, SMALL))[one].why
        return
    found = lowered(module, SMALL)
    assert found.artifact is None
    assert places(module, found)[one].why == f"the fabric has no {facts.kind_of(one)}"


def test_pieces_of_a_step_are_told_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    module = passes.run(captured_of("digits_mlp"))
    network = normal(lower(module))
    first, *rest = network.steps
    twice = replace(network, steps=(replace(first), first, *rest))
    wide, deep = Grid(8, 1, 1), Grid(1, 8, 1)

    def choose(network: Network, spec: FabricSpec, asked: Asked) -> list[Choice]:
        trials = {
            step: [Trial(g, float(n), None) for g in (wide, deep)]
            for n, step in enumerate(network.steps)
        }
        return [Choice(dict.fromkeys(network.steps, deep), trials)]

    monkeypatch.setattr("tercet.targets.fabric.choice.search.choose", choose)
    search = Search()
    search(twice, named("small"), USUAL)
    found = search.choices()
    assert [one.step for one in found] == ["fc1", "fc1", "fc2", "fc3"]
    assert [[t.estimate for t in one.trials] for one in found] == [[n, n] for n in range(4)]
    assert [[t.chosen for t in one.trials] for one in found] == [[False, True]] * 4
