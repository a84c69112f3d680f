"""Progress of `tercet verify`: a bar on a terminal, lines in a log."""

from time import monotonic
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tercet.cli.progress import EVERY
from tercet.report.contract import Check

MARKS = {"pass": "[green]✓ pass[/]", "fail": "[red]✗ fail[/]", "skipped": "[dim]- skipped[/]"}
"""Marks of the verdicts that get a row of their own; n/a checks are folded into one line."""


class Watch:
    """A context manager that shows the progress of a sign-off."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._seen: set[str] = set()
        self._since = monotonic()
        self._bar = Progress(
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> "Watch":
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def stage(self, name: str) -> None:
        self._bar.update(self._task, description=name)
        self._since = monotonic()
        if not self._console.is_terminal and name not in self._seen:
            self._console.print(f"· {name}", highlight=False)
        self._seen.add(name)

    def detail(self, what: str) -> None:
        """Show a detail: on a terminal at once, in a log at most one every few seconds."""
        self._bar.update(self._task, description=what)
        now = monotonic()
        if not self._console.is_terminal and now - self._since > EVERY:
            self._console.print(f"· {what}", highlight=False, markup=False)
            self._since = now

    def progress(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)

    def check(self, check: Check) -> None:
        if check.verdict in ("fail", "skipped"):
            self._console.print(f"{MARKS[check.verdict]} {check.id}", highlight=False)
