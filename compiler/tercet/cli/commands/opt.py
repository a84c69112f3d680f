"""`tercet opt`: prints MLIR text after the named passes."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tercet.cli.options import readable, writable_file
from tercet.errors import TercetError, UsageError


def _text(file: Path) -> Path:
    return file if file == Path("-") else readable(file, "give MLIR text")


def opt(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="MLIR text; - is standard input.", callback=_text),
    ] = Path("-"),
    passes: Annotated[
        str, typer.Option(help="Names of passes, comma-separated; `default` is the whole pipeline.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="File to write; default: standard output.", callback=writable_file
        ),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Print the passes' names.")] = False,
) -> None:
    """Read a module, verify it, run passes on it and print the result."""
    from tercet.ir.module import parse
    from tercet.ir.names import is_stamped, value_names
    from tercet.passes import DEFAULT, run
    from tercet.report.pages.files import encoded, write

    known = {step.name: step for step in DEFAULT}
    if list_:
        typer.echo("\n".join(known))
        return
    wanted = [name for name in passes.split(",") if name]
    if strange := [name for name in wanted if name not in (*known, "default")]:
        raise UsageError(
            f"there is no pass called {', '.join(strange)}; "
            f"there are {', '.join(known)}, and default for all of them in order"
        )
    steps = [s for name in wanted for s in (DEFAULT if name == "default" else (known[name],))]
    module = run(parse(_read(file)), steps)
    if is_stamped(module):
        value_names(module)  # refuses names that are missing or double
    text = str(module) + "\n"
    if out is None:
        typer.echo(encoded(text), nl=False)
    else:
        write(out, text)


def _read(file: Path) -> str:
    data = sys.stdin.buffer.read() if file == Path("-") else file.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TercetError(f"cannot read {file}: it is no text; give MLIR text") from error
