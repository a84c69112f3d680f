"""The ways a check can end. Title and requiredness come from the catalogue."""

from tercet.report.catalogue import entry
from tercet.report.contract import Check, Mismatch


def measured(
    check_id: str,
    compared: int,
    mismatches: int,
    detail: str,
    first: Mismatch | None = None,
    rerun: str | None = None,
) -> Check:
    """The check ran. It passes when something was compared and nothing differed."""
    line = entry(check_id)
    if not compared:
        detail = f"compared nothing; {detail}" if detail else "compared nothing"
    return Check(
        id=line.id,
        title=line.title,
        verdict="pass" if compared and not mismatches else "fail",
        compared=compared,
        mismatches=mismatches,
        detail=detail,
        required=line.required,
        first=first,
        rerun=rerun,
    )


def failed(check_id: str, detail: str) -> Check:
    """The check could not be carried out to its end."""
    line = entry(check_id)
    return Check(line.id, line.title, "fail", 0, 0, detail, line.required)


def skipped(check_id: str, reason: str) -> Check:
    """The check did not run."""
    line = entry(check_id)
    return Check(line.id, line.title, "skipped", 0, 0, reason, line.required)
