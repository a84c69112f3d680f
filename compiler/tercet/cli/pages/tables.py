"""Terminal tables of a report."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tercet.cli.watch import MARKS
from tercet.report.contract import Layer, Report, Spread
from tercet.report.pages.brief import folded, next_step, ran, rows
from tercet.report.pages.words import (
    accuracy,
    batches,
    figure,
    grid,
    number,
    samples,
    seconds,
    shape,
    share,
    vectors,
)
from tercet.report.verdict import problems

LOG_WIDTH = 118
"""Width in characters if the output is no terminal."""


def console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal, or as `LOG_WIDTH` in a log."""
    found = Console(stderr=stderr)
    return found if found.is_terminal else Console(stderr=stderr, width=LOG_WIDTH)


def show(out: Console, report: Report) -> None:
    """Print a report: checks, layers, cycles, time, verdict."""
    model, fabric = escape(report.model.name), escape(report.fabric.name)
    only = "" if report.vectors.only is None else f" (only vector {report.vectors.only})"
    batched = batches(report.vectors.count, report.vectors.batch)
    rtl = "" if report.fabric.rtl is None else f" with the RTL in {escape(report.fabric.rtl)}"
    out.print(
        f"\n[bold]{model}[/] ({shape(report.model.input_shape)} to "
        f"{shape(report.model.output_shape)}, {number(report.model.weights)} weights) on "
        f"[bold]{fabric}[/]{rtl}, {vectors(report.vectors)}{only}{batched}",
        highlight=False,
    )
    if told := samples(report.vectors):
        out.print(f"samples: {escape(told)}", highlight=False, soft_wrap=True)
    out.print(_checks(report))
    for line in folded(report.checks):
        out.print(f"[dim]{escape(line)}[/]", highlight=False, soft_wrap=True)
    if report.layers:
        out.print(_layers(report))
    if report.accuracy is not None:
        out.print(f"Accuracy: {accuracy(report.accuracy)}", highlight=False, soft_wrap=True)
    if report.cycles.predicted:
        out.print(_cycles(report), highlight=False)
    out.print(_time(report), highlight=False)
    _end(out, report)


def _end(out: Console, report: Report) -> None:
    """Print the warnings, the verdict and the next command."""
    for warning in report.warnings:
        out.print(f"[yellow]![/] {escape(warning)}", highlight=False, soft_wrap=True)
    for check in report.checks:
        if check.verdict == "fail" and check.rerun:
            out.print(f"rerun {check.id}: [bold]{escape(check.rerun)}[/]", soft_wrap=True)
    for problem in problems(report):
        out.print(f"[red]✗[/] {escape(problem)}", highlight=False, soft_wrap=True)
    color = "green" if report.verdict == "pass" else "red"
    out.print(f"\n[bold {color}]verdict: {report.verdict}[/]", highlight=False)
    if step := next_step(report):
        out.print(f"next: [bold]{escape(step)}[/]", highlight=False, soft_wrap=True)


def _checks(report: Report) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("check", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("compared", justify="right", no_wrap=True)
    table.add_column("wrong", justify="right", no_wrap=True)
    table.add_column("detail", overflow="fold")
    for row in rows(report.checks):
        check, counts = row.check, ran(row.check)
        table.add_row(
            check.id,
            MARKS[check.verdict],
            number(check.compared) if counts else "",
            number(check.mismatches) if counts else "",
            "see below" if check.verdict == "fail" else escape(row.detail),
            style=None if counts else "dim",
        )
    return table


def _layers(report: Report) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("layer", overflow="fold")
    table.add_column("shape", no_wrap=True)
    table.add_column("tiles", no_wrap=True)
    for name in ("zeros", "columns", "issued", "skip\nact", "skip\nwgt"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("cycles predicted", justify="right", no_wrap=True)
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("eff.", justify="right", no_wrap=True)
    for layer in report.layers:
        table.add_row(*_cells(layer))
    return table


def _cells(layer: Layer) -> tuple[str, ...]:
    return (
        escape(layer.name),
        f"{layer.inputs}→{layer.outputs}" if layer.inputs else f"→{layer.outputs}",
        grid(layer.mapping),
        share(layer.weight_sparsity),
        *(
            number(value.mean)
            for value in (layer.columns, layer.issued, layer.skip_act, layer.skip_wgt)
        ),
        figure(layer.cycles_predicted),
        "not run" if layer.cycles_measured is None else number(layer.cycles_measured.mean),
        f"{layer.efficiency.mean:.2f}" if layer.columns.high else "n/a",
    )


def _cycles(report: Report) -> str:
    """One sentence on the whole inference."""
    cycles, batch = report.cycles, report.vectors.batch
    what = "An inference" if batch == 1 else f"A batch of {batch} inferences"
    if cycles.measured is None:
        return f"{what} should take {_span(cycles.predicted)} cycles; the RTL did not run."
    pairs = zip(cycles.predicted, cycles.measured, strict=True)
    wrong = sum(want != got for want, got in pairs)
    told = f"{wrong} not as" if wrong else "all as"
    return f"{what} took {_span(cycles.measured)} cycles, doorbell to irq: {told} predicted."


def _span(values: tuple[int, ...]) -> str:
    return figure(Spread(min(values), sum(values) / len(values), max(values)))


def _time(report: Report) -> str:
    longest = sorted(report.timing.stages, key=lambda stage: -stage.seconds)[:5]
    parts = ", ".join(f"{stage.name} {seconds(stage.seconds)}" for stage in longest)
    return f"[dim]Time {seconds(report.timing.seconds)}: {parts}[/]"
