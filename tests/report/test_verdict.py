"""A sign-off passes only when nothing stands against it. Each test puts one fault in."""

from dataclasses import replace

import pytest
from tests.reports import EQUAL

from tercet.report.contract import Check, EndToEnd, Mismatch, Report, Tied
from tercet.report.outcome import failed, measured, skipped
from tercet.report.verdict import judge, problems


def spoil(report: Report, check_id: str, **change: object) -> tuple[Check, ...]:
    """The report's checks with fields of one of them changed."""
    return tuple(
        replace(c, **change) if c.id == check_id else c  # type: ignore[arg-type]
        for c in report.checks
    )


def test_a_sign_off_in_which_every_required_check_passed_passes(passing: Report) -> None:
    assert passing.verdict == "pass"
    assert problems(passing.vectors, passing.checks) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"compared": 0}, "compared nothing"),
        ({"mismatches": 1}, "differs in 1 of 1000"),
        ({"verdict": "fail"}, "failed"),
        ({"verdict": "skipped"}, "is required and was skipped"),
        ({"required": False}, "says required=False"),
    ],
)
def test_one_fault_in_one_required_check_fails_the_sign_off(
    passing: Report, change: dict[str, object], reason: str
) -> None:
    checks = spoil(passing, "rtl.bitexact", **change)
    assert judge(passing.vectors, checks) == "fail"
    (problem,) = problems(passing.vectors, checks)
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
    checks = spoil(passing, check_id, end_to_end=end_to_end)
    (problem,) = problems(passing.vectors, checks)
    assert problem.startswith(f"{check_id} ")
    assert reason in problem


def test_pytorch_in_float32_is_reported_and_not_judged(passing: Report) -> None:
    far = replace(EQUAL, differ=30, beyond=30, argmaxes=3)
    checks = spoil(passing, "golden.torch32", end_to_end=far)
    assert judge(passing.vectors, checks) == "pass"


def test_a_check_missing_from_the_list_fails_the_sign_off(passing: Report) -> None:
    rest = tuple(c for c in passing.checks if c.id != "rtl.cycles")
    assert "rtl.cycles is listed 0 times, wanted once" in problems(passing.vectors, rest)


def test_a_check_listed_twice_fails_the_sign_off(passing: Report) -> None:
    assert judge(passing.vectors, (*passing.checks, passing.checks[0])) == "fail"


def test_a_check_outside_the_contract_fails_the_sign_off(passing: Report) -> None:
    stranger = replace(passing.checks[0], id="rtl.vibes")
    assert judge(passing.vectors, (*passing.checks, stranger)) == "fail"


def test_a_sign_off_without_vectors_fails(passing: Report) -> None:
    assert judge(replace(passing.vectors, count=0), passing.checks) == "fail"


def test_a_failing_check_that_is_not_required_fails_the_sign_off_too(passing: Report) -> None:
    checks = spoil(passing, "formal", verdict="fail", compared=5, mismatches=1)
    assert judge(passing.vectors, checks) == "fail"


def test_a_skip_without_a_reason_fails_the_sign_off(passing: Report) -> None:
    assert judge(passing.vectors, spoil(passing, "formal", detail="")) == "fail"


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
