"""When a sign-off passes. These rules trust no check's own word beyond its counts."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tercet.report.catalogue import CATALOGUE, Entry
from tercet.report.contract import Check, Vectors, Verdict
from tercet.report.end_to_end import excess


def judge(vectors: Vectors, checks: Sequence[Check]) -> Verdict:
    """`pass` when nothing stands against it."""
    return "fail" if problems(vectors, checks) else "pass"


def problems(vectors: Vectors, checks: Sequence[Check]) -> tuple[str, ...]:
    """Every reason why these checks are no sign-off, one sentence each; checks share a reason."""
    reasons = dict[str, list[str]]()
    for subject, fault in faults(vectors, checks):
        reasons.setdefault(fault, []).append(subject)
    return tuple(f"{', '.join(subjects)} {fault}" for fault, subjects in reasons.items())


def faults(vectors: Vectors, checks: Sequence[Check]) -> list[tuple[str, str]]:
    """The same as pairs: a check's id, or another subject, and what is wrong with it."""
    found = [] if vectors.count > 0 else [("this sign-off", "has no vector to compare on")]
    times = Counter(check.id for check in checks)
    by_id = {check.id: check for check in checks}
    for line in CATALOGUE:
        if times[line.id] != 1:
            found.append((line.id, f"is listed {times[line.id]} times, wanted once"))
        else:
            ran = [by_id[other].verdict != "skipped" for other in line.instead if other in by_id]
            needed = line.required and not (ran and all(ran))
            found += ((line.id, fault) for fault in _faults(line, by_id[line.id], needed))
    known = {line.id for line in CATALOGUE}
    found += ((name, "is not in the contract") for name in times if name not in known)
    return found


def _faults(line: Entry, check: Check, needed: bool) -> Iterator[str]:
    if check.required != line.required:
        yield f"says required={check.required}, the contract says {line.required}"
    if check.verdict == "skipped":
        if needed:
            yield f"is required and was skipped: {check.detail}"
        if not check.detail:
            yield "was skipped without a reason"
    elif check.compared <= 0:
        yield f"compared nothing: {check.detail}"
    elif check.mismatches:
        yield f"differs in {check.mismatches} of {check.compared}: {check.detail}"
    elif line.judges and check.end_to_end is None:
        yield f"compared nothing end to end: {check.detail}"
    elif line.judges and check.end_to_end is not None and excess(check.end_to_end):
        yield f"is too far away: {excess(check.end_to_end)}"
    elif check.verdict != "pass":
        yield f"failed: {check.detail}"
