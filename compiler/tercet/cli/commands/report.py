"""`tercet report`: renders a report.json again."""

from pathlib import Path
from typing import Annotated

import typer

from tercet.errors import TercetError


def report(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A report.json that verify wrote.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write to; default: that of FILE."),
    ] = None,
) -> None:
    """Check a report.json against its schema and rules, show it, and render its pages again.

    The exit code is 0 if its verdict is pass, 1 if it is fail or FILE is no report.
    """
    from tercet.cli.pages.tables import console, show
    from tercet.report.codec import decode
    from tercet.report.pages.write import write_all

    try:
        found = decode(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise TercetError(f"cannot read {file}: {reason}; give a report.json") from error
    except TercetError as error:
        raise TercetError(f"{file}: {error}") from error
    written = write_all(found, out or file.parent)
    show(console(), found)
    typer.echo("written: " + ", ".join(map(str, written)))
    if found.verdict != "pass":
        raise typer.Exit(1)
