"""A sign-off as a whole, on a made-up fabric: it passes when all is right, and only then."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.helpers.fake_fabric import CycleModel, FakeRun, context, install, right_run
from tests.helpers.reports import EQUAL

from tercet.errors import CapacityError, TercetError, UnsupportedError, UsageError
from tercet.report.catalogue import catalogue, declared
from tercet.report.codec import encode
from tercet.report.contract import Artifact, Check, Report, Spread
from tercet.report.outcome import measured
from tercet.targets.fabric.choice.recorded_search import Search
from tercet.targets.fabric.target import FabricProgram
from tercet_signoff import artifacts, sign
from tercet_signoff.compare import bitexact
from tercet_signoff.context import CheckContext
from tercet_signoff.registry import Registered
from tercet_signoff.stages import Silent, Stages

REQUIRED = [line.id for line in catalogue() if line.required and line.id != "golden.file"]
"""For a module."""
RTL = ["rtl.bitexact", "rtl.cycles", "rtl.protocol", "rtl.telemetry"]


def on_the_fabric(check_id: str) -> Registered:
    def run(ctx: CheckContext) -> Check:
        whole = EQUAL if declared(check_id).judges else None
        return replace(bitexact(ctx, check_id, ctx.rtl.values), end_to_end=whole)

    return Registered(declared(check_id), run)


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    """Runs a sign-off in which every required check compares the fabric's values."""

    def run(
        fabric: FakeRun | Exception,
        ctx: CheckContext,
        checks: tuple[Registered, ...] = tuple(map(on_the_fabric, REQUIRED)),
    ) -> Report:
        install(monkeypatch, fabric)
        monkeypatch.setattr(sign, "prepare", lambda request, stages: ctx)
        monkeypatch.setattr(sign, "registered", lambda: checks)
        return sign.sign_off(ctx.request, Silent())

    return run


def test_a_right_fabric_is_signed_off(signed: Callable[..., Report]) -> None:
    ctx = context()
    report = signed(right_run(ctx), ctx)
    assert report.verdict == "pass"
    assert [layer.name for layer in report.layers] == ["fc1", "fc2"]
    assert report.layers[0].activation_sparsity.mean == pytest.approx(0.4)
    assert report.cycles.measured == report.cycles.predicted
    assert report.vectors.origins["real"] == 10
    assert report.vectors.count == len(ctx.vectors.x)
    assert report.model.weights == 6 * 4 + 4 * 3
    assert report.fabric.parameters["tiles"] == 8
    assert encode(report)


def test_a_wrong_element_fails_the_sign_off(signed: Callable[..., Report]) -> None:
    ctx = context()
    run = right_run(ctx)
    run.values["fc2:linear"][0, 0] += 1
    assert signed(run, ctx).verdict == "fail"


def test_a_required_check_that_is_not_installed_fails_the_sign_off(
    signed: Callable[..., Report],
) -> None:
    ctx = context()
    report = signed(right_run(ctx), ctx, tuple(map(on_the_fabric, REQUIRED[:-1])))
    assert report.verdict == "fail"
    missing = next(check for check in report.checks if check.id == REQUIRED[-1])
    assert (missing.verdict, missing.detail) == ("skipped", "no such check is installed")


def test_a_simulation_that_dies_fails_its_checks_once_and_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch, signed: Callable[..., Report]
) -> None:
    ctx = context()
    ran = tuple(map(on_the_fabric, ("rtl.bitexact", "rtl.cycles")))
    report = signed(TercetError("no irq after 9,999 cycles"), ctx, ran)
    simulator = install(monkeypatch, TercetError("again"))
    assert [c.detail for c in report.checks if c.id.startswith("rtl.")][:2] == [
        "no irq after 9,999 cycles"
    ] * 2
    assert report.layers[0].cycles_measured is None
    assert report.cycles.measured is None
    assert simulator.calls == 0
    assert encode(report)


def test_a_cycle_model_that_breaks_still_leaves_a_report(
    monkeypatch: pytest.MonkeyPatch, signed: Callable[..., Report]
) -> None:
    ctx = context()
    monkeypatch.setattr(CycleModel, "predict", lambda plan, values: 1 // 0)
    report = signed(right_run(ctx), ctx)
    assert (report.layers, report.cycles.predicted) == ((), ())
    assert encode(report)


def test_the_simulation_runs_once_for_all_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = context()
    simulator = install(monkeypatch, right_run(ctx))
    assert ctx.rtl is ctx.rtl
    assert simulator.calls == 1


def test_a_check_that_breaks_fails_alone(signed: Callable[..., Report]) -> None:
    def broken(ctx: CheckContext) -> Check:
        raise ZeroDivisionError("division by zero")

    ctx = context()
    checks = (*map(on_the_fabric, REQUIRED[1:]), Registered(declared(REQUIRED[0]), broken))
    report = signed(right_run(ctx), ctx, checks)
    failed = [check for check in report.checks if check.verdict == "fail"]
    assert [check.id for check in failed] == [REQUIRED[0]]
    assert failed[0].detail == "broke: ZeroDivisionError: division by zero"


def test_a_check_that_compares_nothing_fails_the_sign_off(signed: Callable[..., Report]) -> None:
    ctx = context()
    idle = Registered(declared(REQUIRED[0]), lambda ctx: measured(REQUIRED[0], 0, 0, ""))
    report = signed(right_run(ctx), ctx, (*map(on_the_fabric, REQUIRED[1:]), idle))
    assert report.verdict == "fail"


def test_a_vector_that_does_not_exist_is_a_usage_error() -> None:
    vectors = context().vectors
    last = len(vectors.x) - 1
    assert sign.one(vectors, last).labels == vectors.labels[-1:]
    with pytest.raises(UsageError, match=f"vectors 0 to {last}"):
        sign.one(vectors, last + 1)


def test_a_check_that_does_not_apply_is_not_run(signed: Callable[..., Report]) -> None:
    def broken(ctx: CheckContext) -> Check:
        raise AssertionError("it ran")

    ctx = context()
    checks = (*map(on_the_fabric, REQUIRED), Registered(declared("golden.file"), broken))
    report = signed(right_run(ctx), ctx, checks)
    assert report.verdict == "pass"
    (row,) = (check for check in report.checks if check.id == "golden.file")
    assert (row.verdict, row.detail) == ("n/a", "the model is a module")


def test_the_one_subgraph_is_the_network_on_the_fabric(signed: Callable[..., Report]) -> None:
    ctx = context()
    report = signed(right_run(ctx), ctx)
    (main,) = report.subgraphs
    assert (main.name, main.target, main.layers, main.calls) == (
        "main",
        "fabric",
        ("fc1", "fc2"),
        1,
    )
    assert (main.bytes_in, main.bytes_out) == (8, 16)
    cycles = report.cycles.predicted
    assert main.cycles_predicted == main.cycles_measured
    assert main.cycles_predicted == Spread(min(cycles), sum(cycles) / len(cycles), max(cycles))
    assert {layer.subgraph for layer in report.layers} == {"main"}


def test_an_artifact_tells_what_its_executor_hides(
    signed: Callable[..., Report],
) -> None:
    ctx = context()
    whole = signed(right_run(ctx), ctx)
    assert [(one.target, one.exposes, one.hidden) for one in whole.artifacts] == [
        ("onnx", 3, ()),
        ("c", 3, ()),
        ("hls", 3, ()),
        ("fabric", 3, ()),
    ]
    plan = ctx.plan
    deaf = FabricProgram(ctx.module, replace(plan, heard={1: plan.heard[1]}), Search())
    other = replace(ctx, artifacts={**ctx.artifacts, "fabric": deaf})
    *_, fabric = signed(right_run(ctx), other).artifacts
    assert (fabric.exposes, fabric.hidden) == (1, ("fc1:linear", "fc1:requantize"))


def test_a_network_that_fabric_and_hls_refuse_is_signed_off_without_them(
    signed: Callable[..., Report],
) -> None:
    def by_the_reference(check_id: str) -> Registered:
        def run(ctx: CheckContext) -> Check:
            whole = EQUAL if declared(check_id).judges else None
            return replace(bitexact(ctx, check_id, ctx.golden), end_to_end=whole)

        return Registered(declared(check_id), run)

    ctx = context()
    no_rule, no_kernel = UnsupportedError("fc1: no rule"), UnsupportedError("fc1: no kernel")
    refusals = {**ctx.artifacts, "fabric": no_rule, "hls": no_kernel}
    host = replace(ctx, artifacts=refusals)
    report = signed(TercetError("it ran"), host, tuple(map(by_the_reference, REQUIRED)))
    assert report.verdict == "pass"
    hidden = [check.id for check in report.checks if check.verdict == "n/a" and check.required]
    assert hidden == ["golden.file", "hls.bitexact", *RTL]
    (main,) = report.subgraphs
    assert (main.target, main.layers, main.cycles_predicted) == ("host", ("fc1", "fc2"), None)
    assert (main.bytes_in, main.bytes_out) == (6, 12)
    assert (report.layers, report.cycles.predicted) == ((), ())
    told = {one.target: one.refusal for one in report.artifacts}
    assert told == {"c": None, "hls": "fc1: no kernel", "onnx": None, "fabric": "fc1: no rule"}
    assert len([w for w in report.warnings if w.startswith("the target ")]) == 2
    assert encode(report)


def test_a_network_that_needs_a_larger_fabric_is_refused_with_its_sentence(
    signed: Callable[..., Report],
) -> None:
    ctx = context()
    small = replace(ctx, artifacts={**ctx.artifacts, "fabric": CapacityError("fc1: no room")})
    with pytest.raises(CapacityError, match="no room"):
        signed(TercetError("it ran"), small, ())


def test_a_target_that_refuses_a_network_is_warned_of_in_one_sentence() -> None:
    made = (Artifact("c", None, 3, ()), Artifact("hls", "sm: no softmax", 0, ()))
    assert artifacts.refused(made) == (
        "the target hls refuses this network, so nothing of it is signed off: sm: no softmax",
    )


def test_every_second_belongs_to_the_innermost_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 3.0, 6.0, 10.0])
    monkeypatch.setattr("tercet_signoff.stages.perf_counter", lambda: next(clock))
    stages = Stages(Silent())
    with stages.stage("outer"), stages.stage("inner"):
        pass
    assert [(stage.name, stage.seconds) for stage in stages.timing()] == [
        ("outer", 2.0 + 4.0),
        ("inner", 3.0),
    ]


def test_progress_counts_the_stages_that_lie_inside_no_other() -> None:
    heard: list[tuple[int, int]] = []

    class Ear(Silent):
        def progress(self, done: int, total: int) -> None:
            heard.append((done, total))

    stages = Stages(Ear(), total=2)
    with stages.stage("first"), stages.stage("inside it"):
        pass
    with stages.stage("second"):
        pass
    assert heard == [(1, 2), (2, 2)]
