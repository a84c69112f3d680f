"""`tercet report` renders a report.json anew, and refuses what is none."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.helpers.reports import passing_report
from typer.testing import Result

from tercet.report.codec import encode

Tercet = Callable[..., Result]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "stored" / "report.json"
    path.parent.mkdir()
    path.write_text(encode(passing_report()))
    return path


def test_a_stored_report_is_shown_and_rendered_anew(tercet: Tercet, stored: Path) -> None:
    before = stored.read_text()
    result = tercet("report", str(stored))
    assert result.exit_code == 0
    assert "verdict: pass" in result.stdout
    assert (stored.parent / "report.html").exists()
    assert stored.read_text() == before


def test_a_report_can_be_rendered_into_another_folder(
    tercet: Tercet, stored: Path, tmp_path: Path
) -> None:
    assert tercet("report", str(stored), "--out", "elsewhere").exit_code == 0
    assert (tmp_path / "elsewhere/report.html").exists()
    assert not (stored.parent / "report.html").exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"version": 1}'])
def test_a_file_that_is_no_report_is_one_sentence(
    tercet: Tercet, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    result = tercet("report", str(path))
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "bad.json" in result.stderr


def test_a_missing_file_is_one_sentence(tercet: Tercet) -> None:
    result = tercet("report", "nowhere.json")
    assert result.exit_code == 1
    assert result.stderr == (
        "tercet: cannot read nowhere.json: No such file or directory; give a report.json\n"
    )


def test_a_report_with_a_forged_verdict_is_refused(tercet: Tercet, stored: Path) -> None:
    stored.write_text(stored.read_text().replace('"mismatches": 0', '"mismatches": 5', 1))
    result = tercet("report", str(stored))
    assert result.exit_code == 1
    assert "its checks make it 'fail'" in result.stderr
