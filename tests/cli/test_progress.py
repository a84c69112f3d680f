"""What a command says while it thinks: nothing at first, then a line."""

from io import StringIO
from time import sleep

from rich.console import Console

from tercet.cli.progress import Progress

SHORT = 0.05


def said(*, terminal: bool, after: float, works: float, every: float = SHORT) -> str:
    stream = StringIO()
    with Progress(Console(file=stream, force_terminal=terminal), after, every) as progress:
        for what in ("[first] thing", "second thing"):
            progress.tell(what)
            sleep(works)
    return stream.getvalue()


def test_a_quick_command_says_nothing() -> None:
    assert said(terminal=False, after=60, works=0.01) == ""
    assert "thing" not in said(terminal=True, after=60, works=0.01)


def test_a_log_gets_a_line_for_what_is_new() -> None:
    assert said(terminal=False, after=SHORT, works=1) == "· [first] thing\n· second thing\n"


def test_a_terminal_gets_one_line_that_changes() -> None:
    assert "second thing" in said(terminal=True, after=SHORT, works=1)


def test_without_a_console_nothing_runs() -> None:
    with Progress(None) as progress:
        progress.tell("something")
