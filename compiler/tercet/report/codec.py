"""report.json: encode, hold to the contract and to the verdict's rules, decode."""

from tercet.documents import Document
from tercet.errors import TercetError
from tercet.report.contract import VERSION, Report
from tercet.report.verdict import judge

DOCUMENT = Document("report.json", Report, VERSION, "`tercet verify`")


def encode(report: Report) -> str:
    """The text of report.json, already read back once: what is written is always valid."""
    text = DOCUMENT.encode(report)
    _require_verdict(report)
    return text


def decode(text: str) -> Report:
    """The report in a text; a `TercetError` says what is wrong with one that is none."""
    report = DOCUMENT.decode(text)
    _require_verdict(report)
    return report


def _require_verdict(report: Report) -> None:
    if report.verdict != (ruled := judge(report)):
        raise TercetError(f"report.json says {report.verdict!r}, its checks make it {ruled!r}")
