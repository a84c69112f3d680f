"""Terminal tables of a profile."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tercet.report.pages.words import number, share
from tercet.report.profile import Cost, Engines, Profile, costs, engines, whole

FIGURES = (
    "cycles",
    "%",
    "eff.",
    "columns",
    "issued",
    "skip\nact",
    "skip\nwgt",
    "stalls",
    "loaded",
    "stored",
)


def show(out: Console, profile: Profile) -> None:
    """Print a profile: each layer, their sum, and the engines."""
    out.print(
        f"\n[bold]{escape(profile.model)}[/] on [bold]{escape(profile.fabric)}[/], input"
        f" {escape(profile.vector)}: {number(profile.cycles)} cycles",
        highlight=False,
    )
    out.print(_layers(profile))
    out.print(_engines(profile, engines(profile)), highlight=False, soft_wrap=True)


def _layers(profile: Profile) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True, show_footer=False)
    table.add_column("layer", overflow="fold")
    table.add_column("kind", no_wrap=True)
    table.add_column("tiles", no_wrap=True)
    for name in FIGURES:
        table.add_column(name, justify="right", no_wrap=True)
    found = costs(profile)
    for i, (step, cost) in enumerate(zip(profile.steps, found, strict=True)):
        last = i == len(found) - 1
        table.add_row(escape(step.name), step.kind, step.grid, *_cells(cost), end_section=last)
    table.add_row("all", "", "", *_cells(whole(profile)), style="bold")
    return table


def _cells(cost: Cost) -> tuple[str, ...]:
    return (
        number(cost.cycles),
        f"{100 * cost.share:.1f}",
        f"{cost.efficiency:.2f}" if cost.columns else "",
        *map(_some, (cost.columns, cost.issued, cost.skip_act, cost.skip_wgt)),
        *map(_some, (cost.stalls, cost.loaded, cost.stored)),
    )


def _some(value: int) -> str:
    return number(value) if value else ""


def _engines(profile: Profile, found: Engines) -> str:
    """A sentence on each engine's cycles, and one on how many engines ran at once."""
    total = max(1, profile.cycles)
    busy = ", ".join(
        f"{engine} {number(cycles)} ({share(round(cycles / total, 3))})"
        for engine, cycles in found.busy.items()
    )
    return (
        f"Cycles in which an engine ran: {busy}.\n"
        f"Two or more ran at once in {number(found.overlap)} cycles, none in {number(found.idle)}."
    )
