"""`tercet ops`: prints the operators and the targets that run them."""

from typing import Annotated

import typer


def ops(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print docs/operators.md instead.")
    ] = False,
) -> None:
    """Print every operator and the targets it runs on."""
    from tercet.cli.pages.matrix import columns, markdown_page, rows

    if markdown:
        typer.echo(markdown_page().encode(), nl=False)
        return
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    from tercet.cli.pages.tables import console

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("operator", *(target.info.title for target in columns()), "meaning"):
        table.add_column(title)
    for row in rows():
        table.add_row(
            row.name, *("yes" if found else "-" for found in row.targets), escape(row.meaning)
        )
    console().print(table)
