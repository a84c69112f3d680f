"""The row of a check in a report: its outcome, with its declaration from the catalogue."""

from tercet.report.catalogue import declared
from tercet.report.contract import Check, CheckVerdict, EndToEnd, Mismatch
from tercet.report.end_to_end import excess


def measured(
    check_id: str,
    compared: int,
    mismatches: int,
    detail: str,
    first: Mismatch | None = None,
    rerun: str | None = None,
    end_to_end: EndToEnd | None = None,
) -> Check:
    """The row of a check that ran. It passes if something was compared and nothing differed."""
    judges = declared(check_id).judges
    too_far = None if end_to_end is None or not judges else excess(end_to_end)
    if too_far is not None:
        detail = f"{too_far}; {detail}"
    if not compared:
        detail = f"compared nothing; {detail}" if detail else "compared nothing"
    return _row(
        check_id,
        "pass" if compared and not mismatches and not too_far else "fail",
        detail,
        (compared, mismatches),
        first,
        rerun,
        end_to_end,
    )


def failed(check_id: str, detail: str) -> Check:
    """The row of a check that broke off before its end."""
    return _row(check_id, "fail", detail)


def skipped(check_id: str, reason: str) -> Check:
    """The row of a check that did not run."""
    return _row(check_id, "skipped", reason)


def not_applicable(check_id: str, reason: str) -> Check:
    """The row of a check that has nothing to judge in this sign-off, by `tercet.report.applies`."""
    return _row(check_id, "n/a", reason)


def _row(
    check_id: str,
    verdict: CheckVerdict,
    detail: str,
    counts: tuple[int, int] = (0, 0),
    first: Mismatch | None = None,
    rerun: str | None = None,
    end_to_end: EndToEnd | None = None,
) -> Check:
    line, (compared, mismatches) = declared(check_id), counts
    return Check(
        id=line.id,
        title=line.title,
        stage=line.stage,
        item=line.item,
        verdict=verdict,
        compared=compared,
        mismatches=mismatches,
        detail=detail,
        required=line.required,
        first=first,
        rerun=rerun,
        end_to_end=end_to_end,
    )
