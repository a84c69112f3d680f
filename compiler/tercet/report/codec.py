"""`Report` to and from report.json; both directions test the contract and the verdict."""

from tercet.documents import Document
from tercet.errors import TercetError
from tercet.report.contract import VERSION, Report
from tercet.report.verdict import judge

DOCUMENT = Document("report.json", Report, VERSION, "`tercet verify`")


def encode(report: Report) -> str:
    """The text of report.json. It is decoded once here, so that it is always valid."""
    text = DOCUMENT.encode(report)
    _require_verdict(report)
    return text


def decode(text: str) -> Report:
    """The report of a JSON text. Raises TercetError with the reason if it is invalid."""
    report = DOCUMENT.decode(text)
    _require_verdict(report)
    return report


def _require_verdict(report: Report) -> None:
    if report.verdict != (ruled := judge(report)):
        raise TercetError(f"report.json says {report.verdict!r}, its checks make it {ruled!r}")
