"""A report for a person, shorter than its JSON: each reason once, what never runs in one line."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from tercet.report.contract import Check, Report


@dataclass(frozen=True)
class Row:
    """A check in the table, and what stands behind it."""

    check: Check
    detail: str
    """That of the check, or which check above has the same one."""


def rows(checks: Sequence[Check]) -> tuple[Row, ...]:
    """The checks but those that this version leaves to others; a detail is told once."""
    found = list[Row]()
    told = dict[str, str]()
    for check in checks:
        if _left_out(check):
            continue
        broke = check.verdict == "fail" and not check.compared
        first = told.setdefault(check.detail, check.id) if broke else check.id
        found.append(Row(check, check.detail if first == check.id else f"see {first}"))
    return tuple(found)


def left_out(checks: Sequence[Check]) -> str:
    """One line on the checks that are no part of a sign-off, "" where there are none."""
    reasons = dict[str, list[str]]()
    for check in filter(_left_out, checks):
        reasons.setdefault(check.detail, []).append(check.id)
    parts = [f"{', '.join(ids)} ({reason})" for reason, ids in reasons.items()]
    return f"No part of this sign-off: {'; '.join(parts)}." if parts else ""


def next_step(report: Report) -> str:
    """The command that comes next when a sign-off passed, with what it does; "" for others."""
    if report.verdict != "pass":
        return ""
    words = [report.model.source, "--fabric", report.fabric.name]
    if report.vectors.batch != 1:
        words += ["--batch", str(report.vectors.batch)]
    options = shlex.join(words)
    if report.vectors.only is not None or report.fabric.rtl is not None:
        return f"tercet verify {options}: the whole sign-off, with Tercet's own RTL"
    return f"tercet compile {options}: writes C, HLS C++, ONNX and the fabric with its program"


def _left_out(check: Check) -> bool:
    return check.verdict == "skipped" and not check.required
