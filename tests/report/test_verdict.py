"""A sign-off passes only when nothing stands against it. Each test puts one fault in."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.helpers.reports import EQUAL, FACTS, of_a_file, on_the_host

from tercet.report.contract import Artifact, EndToEnd, Mismatch, Report, Tied
from tercet.report.outcome import failed, measured, not_applicable, skipped
from tercet.report.verdict import judge, problems


def spoil(report: Report, check_id: str, **change: object) -> Report:
    """The report with fields of one check changed."""
    checks = (
        replace(c, **change) if c.id == check_id else c  # type: ignore[arg-type]
        for c in report.checks
    )
    return replace(report, checks=tuple(checks))


def test_a_sign_off_in_which_every_required_check_passed_passes(passing: Report) -> None:
    assert passing.verdict == "pass"
    assert problems(passing) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"compared": 0}, "compared nothing"),
        ({"mismatches": 1}, "differs in 1 of 1000"),
        ({"verdict": "fail"}, "failed"),
        ({"verdict": "skipped"}, "is required and was skipped"),
        ({"required": False}, "says required=False"),
        ({"stage": "V1"}, "says stage=V1, the contract says V2"),
        ({"item": "other"}, "says item=other, the contract says simulation: every value"),
        ({"verdict": "n/a", "compared": 0}, "says n/a and applies to this sign-off"),
    ],
)
def test_one_fault_in_one_required_check_fails_the_sign_off(
    passing: Report, change: dict[str, object], reason: str
) -> None:
    report = spoil(passing, "rtl.bitexact", **change)
    assert judge(report) == "fail"
    (problem,) = problems(report)
    assert problem.startswith("rtl.bitexact ")
    assert reason in problem


@pytest.mark.parametrize("check_id", ["golden.torch64", "golden.file"])
@pytest.mark.parametrize(
    ("end_to_end", "reason"),
    [
        (None, "compared nothing end to end"),
        (replace(EQUAL, differ=3, argmaxes=2), "the argmax differs in 2 of 3 vectors"),
        (replace(EQUAL, differ=11, beyond=11), "11 of 30 outputs differ by more than one step"),
        (replace(EQUAL, tied=Tied(100, 90, 3, 0)), "90 of 100 structural ties are rounded"),
    ],
)
def test_outputs_that_are_too_far_away_fail_the_sign_off_whatever_was_explained(
    passing: Report, check_id: str, end_to_end: EndToEnd | None, reason: str
) -> None:
    report = of_a_file(passing) if check_id == "golden.file" else passing
    report = spoil(report, check_id, end_to_end=end_to_end)
    (problem,) = problems(report)
    assert problem.startswith(f"{check_id} ")
    assert reason in problem


def test_pytorch_in_float32_is_reported_and_not_judged(passing: Report) -> None:
    far = replace(EQUAL, differ=30, beyond=30, argmaxes=3)
    report = spoil(passing, "golden.torch32", end_to_end=far)
    assert judge(report) == "pass"


def test_a_check_missing_from_the_list_fails_the_sign_off(passing: Report) -> None:
    rest = tuple(c for c in passing.checks if c.id != "rtl.cycles")
    assert "rtl.cycles is listed 0 times, wanted once" in problems(replace(passing, checks=rest))


def test_a_check_listed_twice_fails_the_sign_off(passing: Report) -> None:
    assert judge(replace(passing, checks=(*passing.checks, passing.checks[0]))) == "fail"


def test_a_check_outside_the_contract_fails_the_sign_off(passing: Report) -> None:
    stranger = replace(passing.checks[0], id="rtl.vibes")
    assert judge(replace(passing, checks=(*passing.checks, stranger))) == "fail"


def test_a_sign_off_without_vectors_fails(passing: Report) -> None:
    assert judge(replace(passing, vectors=replace(passing.vectors, count=0))) == "fail"


def test_a_failing_check_that_is_not_required_fails_the_sign_off_too(passing: Report) -> None:
    report = spoil(passing, "formal", verdict="fail", compared=5, mismatches=1)
    assert judge(report) == "fail"


def test_a_skip_without_a_reason_fails_the_sign_off(passing: Report) -> None:
    assert judge(spoil(passing, "formal", detail="")) == "fail"


def test_a_check_that_compared_nothing_is_a_failure() -> None:
    check = measured("rtl.bitexact", 0, 0, "no layer had a name in common")
    assert check.verdict == "fail"
    assert check.detail == "compared nothing; no layer had a name in common"


def test_an_outcome_takes_title_and_requiredness_from_the_catalogue() -> None:
    first = Mismatch("fc1", 3, (0,), 1, 2)
    assert measured("c.bitexact", 9, 1, "wrong", first).verdict == "fail"
    assert failed("c.bitexact", "gcc is missing").required
    assert not skipped("formal", "later").required
    with pytest.raises(ValueError, match=r"no check is called 'c\.exact'"):
        skipped("c.exact", "typing error")


@pytest.mark.parametrize(
    ("variant", "check_id", "reason"),
    [
        (replace, "golden.file", "the model is a module"),
        (of_a_file, "golden.torch64", "the model is a file"),
        (on_the_host, "hls.bitexact", "hls refuses the network"),
        (on_the_host, "rtl.cycles", "nothing of the network runs on the fabric"),
    ],
)
@pytest.mark.parametrize("verdict", ["pass", "fail", "skipped"])
def test_a_check_that_does_not_apply_fails_the_sign_off_unless_it_says_so(
    passing: Report, variant: Callable[[Report], Report], check_id: str, reason: str, verdict: str
) -> None:
    report = variant(passing)
    (row,) = (check for check in report.checks if check.id == check_id)
    assert (report.verdict, row.verdict, row.detail) == ("pass", "n/a", reason)
    other = spoil(report, check_id, verdict=verdict, compared=9, end_to_end=EQUAL)
    assert problems(other) == (f"{check_id} says {verdict} and does not apply: {reason}",)


def test_a_check_that_says_n_a_has_compared_nothing(passing: Report) -> None:
    assert problems(spoil(passing, "golden.file", compared=9)) == (
        "golden.file says n/a and compared 9",
    )


@pytest.mark.parametrize("check_id", ["c.bitexact", "golden.onnxruntime", "numerics.certificates"])
def test_some_checks_apply_whatever_the_network_is(passing: Report, check_id: str) -> None:
    none = not_applicable(check_id, "no wish to")
    reason = f"{check_id} says n/a and applies to this sign-off: no wish to"
    for report in (passing, of_a_file(passing), on_the_host(passing)):
        found = spoil(report, check_id, **vars(none))
        assert reason in problems(found)


def with_hidden(report: Report, **hidden: tuple[str, ...]) -> Report:
    """The report of executors that do not show the named values."""
    artifacts = (
        replace(one, exposes=one.exposes - len(names), hidden=names)
        for one in report.artifacts
        for names in [hidden.get(one.target, ())]
    )
    return replace(report, artifacts=tuple(artifacts))


def test_a_value_that_one_executor_shows_is_compared(passing: Report) -> None:
    report = with_hidden(passing, fabric=("fc1:reshape", "fc2:linear"), c=("fc1:reshape",))
    assert problems(report) == ()


def test_a_value_that_no_executor_shows_fails_the_sign_off_by_its_name(passing: Report) -> None:
    names = ("fc1:reshape",)
    report = with_hidden(passing, fabric=(*names, "fc2:linear"), c=names, hls=names)
    assert problems(report) == ("fc1:reshape is compared by none of c, fabric, hls",)


def test_the_executor_of_an_artifact_that_was_refused_shows_nothing(passing: Report) -> None:
    host = on_the_host(passing)
    assert problems(with_hidden(host, c=("sm:softmax",))) == (
        "sm:softmax is compared by none of c",
    )


def test_an_executor_that_compared_nothing_shows_nothing(passing: Report) -> None:
    names = ("fc1:reshape",)
    report = spoil(with_hidden(passing, fabric=names, hls=names), "c.bitexact", compared=0)
    assert "fc1:reshape is compared by none of fabric, hls" in problems(report)


def without(target: str) -> tuple[Artifact, ...]:
    return tuple(one for one in FACTS.artifacts if one.target != target)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"artifacts": without("hls")}, "the artifact of hls is listed 0 times, wanted once"),
        (
            {"artifacts": (*without("hls"), Artifact("hls", None, 2, ()))},
            "the artifacts have different numbers of values of the network: [2, 3]",
        ),
        (
            {"subgraphs": (*FACTS.subgraphs, *FACTS.subgraphs)},
            "the subgraph main is listed 2 times, wanted once",
        ),
        (
            {"subgraphs": (replace(FACTS.subgraphs[0], layers=("fc1",)),)},
            "the layer fc2 is not one of the subgraph 'main'",
        ),
        (
            {"artifacts": (*without("fabric"), Artifact("fabric", "no room", 0, ()))},
            "the subgraph main is on the fabric, which refuses the network",
        ),
        (
            {"artifacts": (*without("c"), Artifact("c", "no loops", 3, ()))},
            "the artifact of c is refused and has values of the network",
        ),
    ],
)
def test_one_fault_in_the_parts_of_the_network_fails_the_sign_off(
    passing: Report, change: dict[str, object], reason: str
) -> None:
    assert problems(replace(passing, **change)) == (reason,)  # type: ignore[arg-type]


def test_a_part_runs_where_a_check_judges_it(passing: Report) -> None:
    (main,) = passing.subgraphs
    other = replace(passing, subgraphs=(replace(main, target="gpu"),))
    assert "the target gpu runs a subgraph, and no check judges it" in problems(other)


def test_a_network_that_the_fabric_takes_is_not_moved_to_the_host(passing: Report) -> None:
    host = on_the_host(passing)
    assert problems(host) == ()
    moved = replace(host, artifacts=(*without("fabric"), FACTS.artifacts[-1]))
    assert "the target fabric takes the network and runs no subgraph of it" in problems(moved)


def test_a_network_without_parts_is_no_sign_off(passing: Report) -> None:
    bare = replace(passing, subgraphs=())
    assert "this sign-off has no subgraph" in problems(bare)
    rows = "rtl.bitexact, rtl.cycles, rtl.protocol, rtl.telemetry"
    why = "does not apply: nothing of the network runs on the fabric"
    assert f"{rows} says pass and {why}" in problems(bare)
