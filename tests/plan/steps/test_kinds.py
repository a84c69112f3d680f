"""Kinds of steps: each is one file, and nobody asks which kind a step is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.steps.depthwise import Depthwise
from tercet.targets.fabric.steps.mac import Mac
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.steps.vector import Vector

ROOT = Path(__file__).parents[3]
KINDS: tuple[type[Step], ...] = (Mac, Depthwise, Vector)
NAMES = {kind.__name__ for kind in KINDS}
PLACES = ("compiler", "golden", "cosim/tercet_cosim", "cosim/tercet_signoff")


def names_in(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & NAMES


def asks(node: ast.AST) -> bool:
    """Whether a node asks for a kind: by isinstance, by type() or by a pattern of match."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
        return bool(names_in(node.args[1]))
    if isinstance(node, ast.Compare) and "type(" in ast.unparse(node.left):
        return bool(names_in(node))
    return isinstance(node, ast.MatchClass) and bool(names_in(node.cls))


def asked(tree: ast.AST) -> Iterator[int]:
    """Lines that ask for a kind."""
    return (getattr(node, "lineno", 0) for node in ast.walk(tree) if asks(node))


def test_these_are_all_kinds() -> None:
    assert lower is not None, "the rules are loaded: they make every kind"
    assert set(Step.__subclasses__()) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_a_kind_answers_the_whole_protocol(kind: type[Step]) -> None:
    assert not kind.__abstractmethods__


def test_nobody_asks_which_kind_a_step_is() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for place in PLACES
        for path in sorted((ROOT / place).rglob("*.py"))
        for line in asked(ast.parse(path.read_text()))
    ]
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        "isinstance(step, Mac | Depthwise)",
        "isinstance(step, (Vector,))",
        "type(step) is Mac",
        "match step:\n    case Vector():\n        pass",
    ],
)
def test_whoever_asks_is_found(text: str) -> None:
    assert list(asked(ast.parse(text)))
