"""A check on the terminal."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tercet.check.contract import Check, Comparison, Step
from tercet.cli.pages import check_words as words
from tercet.cli.pages import fabric_tables
from tercet.report.pages.words import number, shape

SHOWN = 6
SEARCHED = "Cycles of the whole network with each grid of a step; the other steps keep theirs:"
COLORS = {"fabric": "green", "host": "yellow", "nowhere": "red"}


def show(out: Console, check: Check) -> None:
    """Print a check: the network, its operators, where they run, the problems, the verdict."""
    title = f"\n[bold]{escape(check.model)}[/] ({number(check.weights)} weights)"
    out.print(title, highlight=False)
    if check.steps:
        out.print(_steps(check))
    _fabric(out, check)
    if check.comparison is not None:
        out.print(_comparison(check.comparison))
    if (found := check.samples) is not None:
        told = f"samples: {number(found.count)} of {found.source}"
        out.print(escape(told), highlight=False, soft_wrap=True)
        for warning in found.warnings:
            out.print(f"[yellow]![/] {escape(warning)}", highlight=False, soft_wrap=True)
    for problem in check.problems:
        out.print(f"[red]✗[/] {escape(problem.message)}", highlight=False, soft_wrap=True)
    color = "green" if check.verdict == "pass" else "red"
    out.print(f"\n[bold {color}]check: {check.verdict}[/]", highlight=False)


def _fabric(out: Console, check: Check) -> None:
    """Where the network runs."""
    if check.fabric.search:
        out.print(SEARCHED, highlight=False)
        out.print(fabric_tables.search(check.fabric.search))
    if check.fabric.layers:
        out.print(fabric_tables.layers(check.fabric.layers))
    for line in (words.fabric(check), *_reasons(check)):
        out.print(escape(line), highlight=False, soft_wrap=True)


def _steps(check: Check) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("layer", overflow="fold")
    table.add_column("operator", no_wrap=True)
    table.add_column("result", no_wrap=True)
    table.add_column("bits", justify="right", no_wrap=True)
    table.add_column("on", no_wrap=True)
    table.add_column("weights", no_wrap=True)
    table.add_column("zeros", justify="right", no_wrap=True)
    table.add_column("scale", no_wrap=True)
    table.add_column("exact by", overflow="fold")
    before = None
    for step in check.steps:
        table.add_row(*_cells(step, new=step.layer != before))
        before = step.layer
    return table


def _cells(step: Step, *, new: bool) -> tuple[str, ...]:
    where = step.place.where
    return (
        escape(step.layer) if new else "",
        step.operator,
        words.tensor(step.result),
        words.bits(step.result),
        f"[{COLORS[where]}]{where}[/]",
        words.weights(step.weights),
        words.zeros(step.weights),
        words.scale(step),
        words.how(step),
    )


def _reasons(check: Check) -> list[str]:
    """The reasons why operators run on the host, each once, with the layers that it is for."""
    found: dict[str, list[str]] = {}
    for step in check.steps:
        if step.place.where == "host":
            found.setdefault(step.place.why, []).append(step.name)
    return [f"host: {_some(names)}: {why}" for why, names in found.items()]


def _some(names: list[str]) -> str:
    """The first few names; the page has all."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _comparison(found: Comparison) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("layer", overflow="fold")
    table.add_column(f"in {escape(found.against)}", overflow="fold")
    table.add_column("shape", no_wrap=True)
    table.add_column("weights", no_wrap=True)
    table.add_column("scales differ by", justify="right", no_wrap=True)
    for pair in found.pairs:
        error = "" if pair.scale_error is None else f"{pair.scale_error:.1e}"
        size = shape((1, *pair.shape))
        table.add_row(escape(pair.layer), escape(pair.other), size, words.pair(pair), error)
    return table
