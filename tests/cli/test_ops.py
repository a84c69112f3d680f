"""`tercet ops`, and the page that is made of it."""

from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from tercet.cli.matrix import markdown_page
from tercet.ir.op import operators

Tercet = Callable[..., Result]
PAGE = Path(__file__).parents[2] / "docs" / "operators.md"


def test_the_table_lists_every_operator(tercet: Tercet) -> None:
    printed = tercet("ops").stdout
    for op in operators():
        assert op.name in printed


def test_the_page_in_docs_is_what_the_command_prints(tercet: Tercet) -> None:
    printed = tercet("ops", "--markdown").stdout
    assert printed == markdown_page()
    assert PAGE.read_text(encoding="utf-8") == printed, (
        "run `tercet ops --markdown > docs/operators.md`"
    )
