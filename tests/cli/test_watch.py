"""What is seen while a sign-off works: a bar on a terminal, one line a stage in a log."""

from io import StringIO

from rich.console import Console

from tercet.cli.watch import Watch
from tercet.report.outcome import failed, measured


def watched(*, terminal: bool) -> str:
    text = StringIO()
    with Watch(Console(file=text, force_terminal=terminal, width=100)) as watch:
        for stage in ("load packages", "rtl.bitexact", "RTL simulation", "rtl.bitexact"):
            watch.stage(stage)
        watch.progress(3, 16)
        watch.check(measured("rtl.bitexact", 5, 0, ""))
        watch.check(failed("rtl.cycles", "no irq"))
    return text.getvalue()


def test_a_log_gets_one_line_for_each_stage_and_each_failure() -> None:
    assert watched(terminal=False).splitlines() == [
        "· load packages",
        "· rtl.bitexact",
        "· RTL simulation",
        "✗ fail rtl.cycles",
    ]


def test_a_terminal_gets_a_bar_with_the_stage_and_keeps_the_failure() -> None:
    text = watched(terminal=True)
    assert "3/16" in text
    assert "rtl.bitexact" in text
    assert "rtl.cycles" in text
