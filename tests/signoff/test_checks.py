"""The checks that need no fabric, on a model of the zoo: they pass, and a planted fault fails."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.helpers.fake_fabric import artifacts_of
from torch import nn
from xdsl.dialects.builtin import ModuleOp

from tercet import frontends, passes
from tercet.ir.module import ops_of
from tercet.ir.types import SI32, dense
from tercet.ops.requantize import Requantize
from tercet.report.contract import Check
from tercet_golden.vectors import make
from tercet_signoff.context import CheckContext
from tercet_signoff.registry import registered
from tercet_signoff.request import Request
from tercet_signoff.stages import Silent, Stages

WITHOUT_FABRIC = [
    check for check in registered() if check.declared.applies not in ("of a subgraph", "of a file")
]


@pytest.fixture(scope="module")
def ctx() -> CheckContext:
    """tfmbs_mlp on 20 real digits and the corners; its plan is not looked at."""
    model = frontends.resolve("tfmbs_mlp")
    captured = frontends.load(model.module, model.example)
    module = passes.run(captured)
    vectors = make(module, model.samples, 20, 1)
    request = Request("tfmbs_mlp", "small", vectors=20)
    return CheckContext(
        request, Stages(Silent()), model, captured, module, artifacts_of(module), vectors
    )


def module_of(ctx: CheckContext) -> nn.Module:
    assert isinstance(ctx.model.module, nn.Module)
    return ctx.model.module


def with_module(ctx: CheckContext, module: ModuleOp) -> CheckContext:
    return replace(ctx, module=module, artifacts=artifacts_of(module))


def spoiled(module: ModuleOp) -> ModuleOp:
    """The integer graph with one multiplier of the first requantize one too large."""
    copy = module.clone()
    op = next(op for op in ops_of(copy) if isinstance(op, Requantize))
    mul = op.triples()[0].copy()
    mul[3] += 1 + abs(int(mul[3])) // 50
    op.properties["mul"] = dense(mul, SI32)
    return copy


@pytest.mark.parametrize("check", WITHOUT_FABRIC, ids=lambda check: check.id)
def test_the_zoo_passes_every_check_that_needs_no_fabric(ctx: CheckContext, check: Any) -> None:
    outcome: Check = check.run(ctx)
    assert (outcome.id, outcome.verdict) == (check.id, "pass"), outcome.detail
    assert outcome.compared > 0


def named(check_id: str) -> Any:
    return next(check for check in WITHOUT_FABRIC if check.id == check_id)


def test_a_wrong_multiplier_breaks_its_certificate(ctx: CheckContext) -> None:
    outcome = named("numerics.certificates").run(with_module(ctx, spoiled(ctx.module)))
    assert (outcome.verdict, outcome.mismatches) == ("fail", 1)
    assert outcome.detail.startswith("first wrong: fc1 channel 3: ")


def test_a_model_that_was_captured_otherwise_breaks_the_certificates(ctx: CheckContext) -> None:
    layer = next(m for m in module_of(ctx).modules() if isinstance(m, nn.BatchNorm1d))
    before = layer.bias.data.clone()
    layer.bias.data[5] += 0.25
    other = frontends.load(ctx.model.module, ctx.model.example)
    layer.bias.data.copy_(before)
    outcome = named("numerics.certificates").run(replace(ctx, captured=other))
    assert outcome.verdict == "fail"
    assert outcome.detail.startswith("first wrong: fc1 channel 5: ")


def test_a_wrong_multiplier_differs_from_pytorch(ctx: CheckContext) -> None:
    outcome = named("golden.torch64").run(with_module(ctx, spoiled(ctx.module)))
    assert outcome.verdict == "fail"
    assert (outcome.first.layer, outcome.first.element) == ("fc1:requantize", (3,))
    assert outcome.rerun.startswith("tercet verify tfmbs_mlp --fabric small --vectors 20")


@pytest.fixture
def biased(ctx: CheckContext) -> Iterator[nn.Linear]:
    """The first linear layer of the user's module with one row of its weights turned around."""
    layer = next(m for m in module_of(ctx).modules() if isinstance(m, nn.Linear))
    before = layer.weight.data.clone()
    layer.weight.data[0] *= -1
    yield layer
    layer.weight.data.copy_(before)


@pytest.mark.parametrize("check_id", ["golden.torch64", "golden.torch32"])
def test_a_module_that_was_changed_after_its_compilation_differs(
    ctx: CheckContext, biased: nn.Linear, check_id: str
) -> None:
    outcome = named(check_id).run(ctx)
    assert outcome.verdict == "fail"
    assert outcome.first.layer == "fc1:requantize"


@pytest.mark.parametrize("check_id", ["golden.onnxruntime", "c.bitexact", "hls.bitexact"])
def test_an_executor_of_another_network_differs(ctx: CheckContext, check_id: str) -> None:
    wrong = with_module(ctx, spoiled(ctx.module))
    vars(wrong)["golden"] = ctx.golden  # the cached reference stays that of the right network
    outcome = named(check_id).run(wrong)
    assert outcome.verdict == "fail"
    assert outcome.first.layer == "fc1:requantize"
    assert outcome.first.element == (3,)
