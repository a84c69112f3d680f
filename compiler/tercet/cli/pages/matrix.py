"""The table operator x target, from the operators' own declarations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import getdoc

from tercet.ir.op import IntegerOp, operators
from tercet.targets.fabric.lower.registry import takes

Runs = Callable[[type[IntegerOp]], bool]


def _declares(name: str) -> Runs:
    """An operator runs on a target when it declares something under that name."""
    return lambda op: getattr(op, name, None) is not None


TARGETS: Mapping[str, Runs] = {
    "fabric": takes,
    "host": _declares("c"),
    "HLS C++": _declares("hls"),
    "ONNX": _declares("onnx"),
}
"""Whether an operator runs somewhere, by the name of the place."""


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
    return Row(op.name, tuple(runs(op) for runs in TARGETS.values()), meaning)


def markdown_page() -> str:
    """The text of docs/operators.md."""
    from tercet import templates

    page = templates.of_package("tercet.cli").get_template("operators.md.j2")
    return page.render(titles=list(TARGETS), rows=rows())
