"""The short form of a report for a person: each reason once, rows without a result folded."""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tercet.report.contract import Check, Report

_MADE = {"c": "C", "hls": "HLS C++", "onnx": "ONNX", "fabric": "the fabric with its program"}
"""Name of each target's artifact for a person."""


@dataclass(frozen=True)
class Row:
    """A check in the table, and its detail."""

    check: Check
    detail: str
    """The detail of the check, or the name of a check above with the same detail."""


def rows(checks: Sequence[Check]) -> tuple[Row, ...]:
    """Rows of the checks that are not folded; equal details are shown once."""
    found = list[Row]()
    told = dict[str, str]()
    for check in checks:
        if _does_not_apply(check) or _left_out(check):
            continue
        broke = check.verdict == "fail" and not check.compared
        first = told.setdefault(check.detail, check.id) if broke else check.id
        found.append(Row(check, check.detail if first == check.id else f"see {first}"))
    return tuple(found)


def folded(checks: Sequence[Check]) -> tuple[str, ...]:
    """A line for the checks that do not apply, and one for those that this version never runs."""
    lines = (
        _line("Not applicable", filter(_does_not_apply, checks)),
        _line("No part of this sign-off", filter(_left_out, checks)),
    )
    return tuple(line for line in lines if line)


def ran(check: Check) -> bool:
    """Whether a check has a result."""
    return check.verdict in ("pass", "fail")


def _line(title: str, checks: Iterable[Check]) -> str:
    """Ids by their reason; "" without checks."""
    reasons = dict[str, list[str]]()
    for check in checks:
        reasons.setdefault(check.detail, []).append(check.id)
    parts = [f"{', '.join(ids)} ({reason})" for reason, ids in reasons.items()]
    return f"{title}: {'; '.join(parts)}." if parts else ""


def next_step(report: Report) -> str:
    """The command to run after a sign-off that passed, with what it does; "" after others."""
    if report.verdict != "pass":
        return ""
    words = [report.model.source, "--fabric", report.fabric.name]
    batch = [] if report.vectors.batch == 1 else ["--batch", str(report.vectors.batch)]
    if report.vectors.only is not None or report.fabric.rtl is not None:
        options = shlex.join(words + batch)
        return f"tercet verify {options}: the whole sign-off, with Tercet's own RTL"
    made = [one.target for one in report.artifacts if one.refusal is None]
    if "fabric" in made:
        words += batch
    if len(made) < len(report.artifacts):  # without --target, the refusal would end the command
        words += [word for target in made for word in ("--target", target)]
    *most, last = [_MADE.get(target, target) for target in made]
    told = f"{', '.join(most)} and {last}" if most else last
    return f"tercet compile {shlex.join(words)}: writes {told}"


def _does_not_apply(check: Check) -> bool:
    return check.verdict == "n/a"


def _left_out(check: Check) -> bool:
    return check.verdict == "skipped" and not check.required
