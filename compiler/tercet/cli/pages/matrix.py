"""The table of operators and targets, from the operators' declarations."""

from dataclasses import dataclass
from inspect import getdoc

from tercet.ir.op import IntegerOp, operators
from tercet.targets.registry import AnyTarget, targets


def columns() -> tuple[AnyTarget, ...]:
    """The targets that have a column, in its order."""
    return tuple(
        sorted((t for t in targets() if t.info.title), key=lambda target: target.info.column)
    )


@dataclass(frozen=True)
class Row:
    """One operator: the targets that run it, in the order of `columns()`, and its meaning."""

    name: str
    targets: tuple[bool, ...]
    meaning: str


def rows() -> tuple[Row, ...]:
    """Every operator by name."""
    return tuple(_row(op) for op in operators())


def _row(op: type[IntegerOp]) -> Row:
    meaning = (getdoc(op) or "").splitlines()[0]
    return Row(op.name, tuple(target.takes(op) is None for target in columns()), meaning)


def markdown_page() -> str:
    """The text of docs/operators.md."""
    from tercet import templates

    page = templates.of_package("tercet.cli").get_template("operators.md.j2")
    return page.render(titles=[target.info.title for target in columns()], rows=rows())
