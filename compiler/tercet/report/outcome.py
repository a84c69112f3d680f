"""The ways a check can end. Title and requiredness come from the catalogue."""

from tercet.report.catalogue import entry
from tercet.report.contract import Check, EndToEnd, Mismatch
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
    """The check ran. It passes when something was compared and nothing differed."""
    line = entry(check_id)
    too_far = None if end_to_end is None or not line.judges else excess(end_to_end)
    if too_far is not None:
        detail = f"{too_far}; {detail}"
    if not compared:
        detail = f"compared nothing; {detail}" if detail else "compared nothing"
    return Check(
        id=line.id,
        title=line.title,
        verdict="pass" if compared and not mismatches and not too_far else "fail",
        compared=compared,
        mismatches=mismatches,
        detail=detail,
        required=line.required,
        first=first,
        rerun=rerun,
        end_to_end=end_to_end,
    )


def failed(check_id: str, detail: str) -> Check:
    """The check could not be carried out to its end."""
    line = entry(check_id)
    return Check(line.id, line.title, "fail", 0, 0, detail, line.required)


def skipped(check_id: str, reason: str) -> Check:
    """The check did not run."""
    line = entry(check_id)
    return Check(line.id, line.title, "skipped", 0, 0, reason, line.required)
