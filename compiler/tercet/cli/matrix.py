"""The table operator x target, from the operators' own declarations."""

from dataclasses import dataclass
from inspect import getdoc

from tercet.ir.op import IntegerOp, operators

TARGETS = ("c", "hls", "onnx")
"""An operator runs on a target when it declares something under that name."""
TITLES = ("C99", "HLS C++", "ONNX")


@dataclass(frozen=True)
class Row:
    """One operator: what it runs on, in the order of `TARGETS`, and what it means."""

    name: str
    targets: tuple[bool, ...]
    meaning: str


def rows() -> tuple[Row, ...]:
    """Every operator by name."""
    return tuple(_row(op) for op in operators())


def _row(op: type[IntegerOp]) -> Row:
    meaning = (getdoc(op) or "").splitlines()[0]
    return Row(op.name, tuple(getattr(op, t, None) is not None for t in TARGETS), meaning)


def markdown_page() -> str:
    """The text of docs/operators.md."""
    from tercet.report.render import environment

    return (
        environment("tercet.cli").get_template("operators.md.j2").render(titles=TITLES, rows=rows())
    )
