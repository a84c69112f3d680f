"""`python -m benchmarks [name …] [--write]`: the figures of docs/benchmarks.md."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from benchmarks import (
    area,
    batch,
    efficiency,
    end_to_end,
    frontend,
    latency,
    planning,
    quantize_static,
    simulation,
    sizes,
    start,
    timing,
)
from benchmarks.figures import Figures
from tercet import assets

BENCHMARKS: dict[str, Callable[[], Figures | tuple[Figures, ...]]] = {
    "start": start.run,
    "frontend": frontend.run,
    "latency": latency.run,
    "batch": batch.run,
    "efficiency": efficiency.run,
    "sizes": sizes.run,
    "planning": planning.run,
    "end_to_end": end_to_end.run,
    "simulation": simulation.run,
    "quantize_static": quantize_static.run,
    "area": area.run,
    "timing": timing.run,
}
PAGE = assets.ROOT / "docs" / "benchmarks.md"


def main(words: list[str]) -> int:
    """Run what was asked for, print tables; with --write, the page too."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} too")
    options = parser.parse_args(words)
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"no benchmark is called {min(unknown)!r}; there are {', '.join(BENCHMARKS)}")
    console = Console(width=None if sys.stdout.isatty() else 120)
    sections = []
    for name in options.names or BENCHMARKS:
        with console.status(name):
            found = BENCHMARKS[name]()
        for figures in found if isinstance(found, tuple) else (found,):
            show(console, figures)
            sections.append(figures.markdown())
    if options.write:
        PAGE.write_text(merged(PAGE.read_text(encoding="utf-8"), sections), encoding="utf-8")
        console.print(f"written: {PAGE}")
    return 0


def merged(page: str, sections: Sequence[str]) -> str:
    """The page with these sections in the place of the old ones of their kind, or behind them.

    A section's kind is the first word of its title.
    """
    head, *old = re.split(r"^(?=## )", page, flags=re.MULTILINE)
    kept = {_kind(section): section.rstrip() for section in [*old, *sections]}
    return "\n\n".join([head.rstrip(), *kept.values()]) + "\n"


def _kind(section: str) -> str:
    return section.split(":")[0].split(",")[0]


def show(console: Console, figures: Figures) -> None:
    table = Table(title=figures.title, title_justify="left")
    for i, column in enumerate(figures.header):
        table.add_column(column, justify="right" if i else "left")
    for row in figures.rows:
        table.add_row(*row)
    console.print(table)
    for note in figures.notes:
        console.print(note, style="dim")
    console.print()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
