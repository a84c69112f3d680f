"""Terminal tables of a plan's steps on the tiles, and of the search for their grids."""

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from tercet.cli.pages.check_words import cycles, grid, ranked
from tercet.report.pages.words import count, number, share
from tercet.targets.rows import Choice, Layer, Trial

SHOWN = 6
"""Grids that are listed for each step."""


def layers(found: tuple[Layer, ...]) -> Table:
    """The table of a plan's steps."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("step", overflow="fold")
    table.add_column("kind", no_wrap=True)
    table.add_column("Tp Tk To", no_wrap=True)
    for name in ("positions", "channels", "groups", "lanes", "planes", "columns", "zeros"):
        table.add_column(name, justify="right", no_wrap=True)
    for x in found:
        weights = (
            (number(x.planes), number(x.columns), share(x.sparsity)) if x.planes else ("",) * 3
        )
        sizes = map(number, (x.positions, x.channels, x.groups, x.lanes))
        table.add_row(escape(x.name), x.kind, grid(x.grid), *sizes, *weights)
    return table


def search(found: tuple[Choice, ...]) -> Table:
    """The table of grids that the search tried for every step, the best first."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("step", overflow="fold")
    table.add_column("Tp Tk To", no_wrap=True)
    table.add_column("cycles, estimated", justify="right", no_wrap=True)
    table.add_column("by the model", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for choice in found:
        name = escape(choice.step)
        for row in _rows(choice):
            table.add_row(name, *row)
            name = ""
    return table


def _rows(choice: Choice) -> Iterator[tuple[str, ...]]:
    trials = ranked(choice)
    if not any(trial.chosen for trial in trials):
        yield grid(choice.grid), "", "", "[green]✓ that of an operand[/]"
    for trial in trials[:SHOWN]:
        yield _row(trial)
    if len(trials) > SHOWN:
        yield "", "", "", f"[dim]and {count(len(trials) - SHOWN, 'grid')} more[/]"


def _row(trial: Trial) -> tuple[str, ...]:
    mark = "[green]✓ chosen[/]" if trial.chosen else ""
    out = "[dim]impossible[/]" if trial.estimate is None else mark
    return grid(trial.grid), cycles(trial.estimate), cycles(trial.exact), out
