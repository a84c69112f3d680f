"""`tercet ops`, and the page that is made of it."""

from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from tercet.cli.pages.matrix import columns, markdown_page, rows
from tercet.ir.op import operators
from tercet.ops.conv import Conv

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


def test_the_fabric_takes_some_operators_and_the_host_more() -> None:
    titles = [target.info.title for target in columns()]
    found = {row.name: dict(zip(titles, row.targets, strict=True)) for row in rows()}
    assert found["tercet.linear"]["fabric"]
    assert found["tercet.conv"]["fabric"]
    assert not found["tercet.softmax"]["fabric"]
    assert found["tercet.conv"]["host"] == (Conv.c is not None)
    assert all(places["ONNX"] for places in found.values())
