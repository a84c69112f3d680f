"""Write a report's three files."""

from pathlib import Path

from tercet.report import codec, html, junit
from tercet.report.contract import Report
from tercet.report.files import write


def write_all(report: Report, folder: Path) -> tuple[Path, ...]:
    """report.json, report.html and junit.xml in `folder`; all rendered before any is written."""
    texts = {
        "report.json": codec.encode(report),
        "report.html": html.render(report),
        "junit.xml": junit.render(report),
    }
    for name, text in texts.items():
        write(folder / name, text)
    return tuple(folder / name for name in texts)
