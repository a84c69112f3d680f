"""`tercet profile`: the table, the trace, and that the model and the records say the same."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from tercet.cli.network_profile import by_model, by_rtl
from tercet.report.profile import Profile, costs
from tercet.targets.fabric.format.records import COUNTS
from tercet_golden.cycles import predict
from tercet_signoff.context import CheckContext
from tercet_signoff.request import Request
from tercet_signoff.sign import prepare
from tercet_signoff.stages import Silent, Stages

Tercet = Callable[..., Result]
MODEL = "digits_cnn"


@pytest.fixture(scope="module")
def ctx() -> CheckContext:
    return prepare(Request(MODEL, "small", only=2), Stages(Silent()))


@pytest.fixture(scope="module")
def profile(ctx: CheckContext) -> Profile:
    return by_model(ctx)


def test_the_rtl_records_the_same_profile_as_the_model(ctx: CheckContext) -> None:
    records = ctx.plan.window[1]
    assert by_rtl(ctx) == by_model(ctx, records)


def test_what_is_recorded_costs_what_is_not_recorded(ctx: CheckContext, profile: Profile) -> None:
    recorded = by_model(ctx, ctx.plan.window[1])
    assert recorded.steps == profile.steps
    for cost, bare in zip(costs(recorded), costs(profile), strict=True):
        assert cost.columns == bare.columns
        assert cost.issued == bare.issued
    assert recorded.cycles > profile.cycles


def test_a_profile_costs_what_the_prediction_says(ctx: CheckContext, profile: Profile) -> None:
    expected = predict(ctx.plan, *ctx.vectors.xs)
    assert profile.cycles == expected.runs[0].cycles
    for step, cost in zip(profile.steps, costs(profile), strict=True):
        layer = expected.layers[step.name]
        assert cost.cycles == layer.exec_cycles[0]
        assert cost.efficiency == layer.efficiency[0]
        for name in COUNTS:
            assert getattr(cost, name) == getattr(layer, name)[0]
    assert sum(cost.stored for cost in costs(profile)) == ctx.plan.output_bytes


def test_the_table_and_the_trace(tercet: Tercet, tmp_path: Path, profile: Profile) -> None:
    result = tercet("profile", MODEL, "--vector", "2", "--trace", "deep/trace.json")
    assert result.exit_code == 0, result.output
    for words in (f"{profile.cycles:,} cycles", "real 2", "conv2.0", "LOAD", "perfetto"):
        assert words in result.stdout
    found: dict[str, Any] = json.loads((tmp_path / "deep/trace.json").read_text("utf-8"))
    assert found["otherData"]["cycles"] == profile.cycles
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["trace.json"]


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (["digits_mlp", "--vector", "5000"], 2, "there is no vector 5000"),
        (["digits_mlp", "--fabric", "smal"], 2, "fabric "),
        (["digits_mpl"], 1, "digits_mpl"),
        (["digits_mlp", "--fabric", "T=1,L=5,bank_a_depth=64"], 1, "the fabric"),
        (
            ["digits_mlp", "--rtl", "--fabric", "T=2,L=5,TELEMETRY=0,bank_a_depth=4096"],
            2,
            "TELEMETRY",
        ),
        (["digits_mlp", "--trace", "/proc/no/trace.json"], 1, "cannot write"),
    ],
)
def test_what_cannot_be_profiled_is_one_sentence(
    tercet: Tercet, words: list[str], exit_code: int, said: str
) -> None:
    result = tercet("profile", *words)
    assert result.exit_code == exit_code, result.output
    assert "Traceback" not in result.output
    assert result.stdout == ""
    assert said in result.stderr.splitlines()[-1]
