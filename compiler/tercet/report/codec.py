"""`Report` to and from report.json; both directions test the contract and the verdict."""

from tercet.documents import Document
from tercet.errors import TercetError
from tercet.report.contract import VERSION, Cycles, Report
from tercet.report.verdict import judge, problems

DOCUMENT = Document("report.json", Report, VERSION, "`tercet verify`")


def encode(report: Report) -> str:
    """The text of report.json. It is decoded once here, so that it is always valid."""
    text = DOCUMENT.encode(report)
    _require_verdict(report)
    return text


def decode(text: str) -> Report:
    """The report of a JSON text. Raises TercetError with the reason if it is invalid."""
    report = DOCUMENT.decode(text)
    _require_batches(report.cycles)
    _require_verdict(report)
    return report


def _require_batches(cycles: Cycles) -> None:
    figures = (cycles.predicted, cycles.measured, cycles.density)
    counts = sorted({len(one) for one in figures if one is not None})
    if len(counts) > 1:
        told = ", ".join(map(str, counts))
        raise TercetError(f"report.json is broken at $.cycles: figures of {told} batches")


def _require_verdict(report: Report) -> None:
    if report.verdict != (ruled := judge(report)):
        told = f"report.json says {report.verdict!r}, its checks make it {ruled!r}"
        raise TercetError(": ".join([told, *problems(report)[:1]]))
