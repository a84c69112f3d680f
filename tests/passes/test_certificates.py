"""A certificate that does not hold is refuted, whatever is wrong with it."""

from dataclasses import replace

import brevitas.nn as qnn
import numpy as np
import pytest
import torch
from tests.helpers.networks import made, normed
from torch import nn
from xdsl.dialects.builtin import DictionaryAttr, ModuleOp

from tercet import frontends, passes
from tercet.errors import VerifyError
from tercet.ir.module import ops_of
from tercet.ir.types import SI8, SI32, SI64, dense, values_of
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet.ops.threshold import Threshold
from tercet.passes.proofs.audit import audit
from tercet.passes.proofs.recheck import check
from tercet.passes.synthesis.certificate import ATTRIBUTE, SITE, Certificate, certificates
from tercet.quantizers import PixelInput, TernaryWeight
from tercet_golden import integer, onnxruntime_golden
from tercet_golden.compare import compare


@pytest.fixture(scope="module")
def captured() -> ModuleOp:
    return frontends.load(*made(normed))


@pytest.fixture
def module(captured: ModuleOp) -> ModuleOp:
    return passes.run(captured)


def first(module: ModuleOp) -> Certificate:
    """One of a channel with many steps."""
    return next(c for c in certificates(module) if len(c.steps) > 50)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("change", [-1, 1])
def test_a_changed_triple_fails(module: ModuleOp, place: int, change: int) -> None:
    """One in the addend may be harmless; what it may be at most is known from the other side."""
    good = first(module)
    assert good.triple is not None
    triple = list(good.triple)
    reach = 1 << (good.triple[2] - 1)
    triple[place] += change * (reach if place == 1 else 1)
    found = check(replace(good, triple=(triple[0], triple[1], triple[2])))
    assert found is not None
    assert (found.layer, found.channel) == (good.layer, good.channel)
    assert "the trained model gives" in found.message


def test_a_moved_step_fails(module: ModuleOp) -> None:
    good = first(module)
    for i in (0, len(good.steps) // 2, len(good.steps) - 1):
        steps = list(good.steps)
        steps[i] += 1
        assert check(replace(good, steps=tuple(steps))) is not None


def test_a_range_that_is_too_short_fails(module: ModuleOp) -> None:
    good = first(module)
    found = check(replace(good, high=good.high - 1))
    assert found is not None
    assert "accumulators reach" in found.message


def test_a_wrong_direction_fails(module: ModuleOp) -> None:
    good = first(module)
    assert check(replace(good, sign=-good.sign)) is not None


def test_a_changed_weight_is_found_by_the_audit(captured: ModuleOp, module: ModuleOp) -> None:
    sums = next(op for op in ops_of(module) if isinstance(op, Linear))
    weight = sums.matrix()
    weight[3, np.nonzero(weight[3])[0][0]] = 0
    sums.properties["weight"] = dense(weight, SI8)
    findings = audit(captured, module).findings
    assert [(f.channel, f.message) for f in findings] == [
        (3, "its weights are not the captured model's"),
        (0, "its tercet.linear is not the captured model's"),
    ]


def test_steps_that_are_not_the_models_are_found_by_the_audit(
    captured: ModuleOp, module: ModuleOp
) -> None:
    """A triple and steps that agree with each other, but not with the trained model."""
    op = next(op for op in ops_of(module) if isinstance(op, Requantize))
    mul, add, _ = op.triples()
    stored = op.attributes[ATTRIBUTE]
    assert isinstance(stored, DictionaryAttr)
    steps, sign = values_of(stored.data["steps"]), values_of(stored.data["sign"])  # type: ignore[arg-type]
    channel = next(c.channel for c in certificates(module) if len(c.steps) > 50)
    add[channel] -= mul[channel] * sign[channel]
    steps[channel] += 1
    op.properties["add"] = dense(add, SI64)
    op.attributes[ATTRIBUTE] = DictionaryAttr({**stored.data, "steps": dense(steps, SI64)})
    findings = audit(captured, module).findings
    assert len(findings) > 50
    assert {f.channel for f in findings} == {channel}


def test_a_changed_threshold_fails(captured: ModuleOp) -> None:
    module = passes.run(captured, passes.in_order(8))
    op = next(op for op in ops_of(module) if isinstance(op, Threshold))
    rows = op.rows()
    channel, place = 5, int((op.rows()[5] < 2**31 - 1).sum()) // 2
    rows[channel, place] += 1
    rows.sort(axis=1)
    op.properties["thresholds"] = dense(rows, SI32)
    found = [finding for c in certificates(module) if (finding := check(c))]
    assert [f.channel for f in found] == [channel]


@pytest.mark.parametrize("gone", [[ATTRIBUTE], [ATTRIBUTE, SITE]])
def test_an_operator_without_a_certificate_is_named(module: ModuleOp, gone: list[str]) -> None:
    op = next(op for op in ops_of(module) if isinstance(op, Requantize))
    for name in gone:
        del op.attributes[name]
    with pytest.raises(VerifyError, match=r"^1: tercet\.requantize carries no certificate"):
        certificates(module)


def test_a_layer_that_is_constant_still_has_one_threshold() -> None:
    """Values at the low end, the high end and in between of the type, each in every channel."""
    for value in (0.0, 1.0, 0.4):
        layer = qnn.QuantLinear(4, 3, bias=True, weight_quant=TernaryWeight)
        model = nn.Sequential(
            qnn.QuantIdentity(act_quant=PixelInput),
            layer,
            qnn.QuantReLU(act_quant=PixelInput),
        ).eval()
        with torch.no_grad():
            layer.weight.zero_()
            layer.bias.fill_(value)
        module = passes.run(frontends.load(model, torch.rand(1, 4)), passes.in_order(8))
        op = next(op for op in ops_of(module) if isinstance(op, Threshold))
        assert op.rows().shape == (3, 1)
        x = np.random.default_rng(0).integers(0, 256, (5, 4))
        golden = integer.run(module, x)
        assert set(golden["1:threshold"].ravel()) == {round(255 * value)}
        assert compare(golden, onnxruntime_golden.run(module, x)).passed
        assert not [found for c in certificates(module) if (found := check(c))]
