"""Write a report's three files."""

from pathlib import Path

from tercet.report import codec
from tercet.report.contract import Report
from tercet.report.pages import files, html, junit


def write_all(report: Report, folder: Path) -> tuple[Path, ...]:
    """report.json, report.html and junit.xml in `folder`, all or none."""
    texts = {
        "report.json": codec.encode(report),
        "report.html": html.render(report),
        "junit.xml": junit.render(report),
    }
    files.write_all(folder, texts)
    return tuple(folder / name for name in texts)
