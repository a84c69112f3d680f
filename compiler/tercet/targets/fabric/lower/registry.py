"""The rule of each operator that the fabric runs; each file of `rules` registers its own.

A rule takes the context, the operator and its operands, and returns the operator's result.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, TypeVar

from tercet.ir.op import IntegerOp
from tercet.targets.fabric.lower.cells import Value

if TYPE_CHECKING:
    from tercet.targets.fabric.lower.context import Context

Rule = Callable[["Context", Any, list[Value]], Value]
RuleOf = TypeVar("RuleOf", bound=Rule)


@dataclass(frozen=True)
class Want:
    """The zero point that an operator wants of an operand; strict: no bias can absorb another."""

    zero_point: int
    strict: bool


Wants = Callable[[Any, int], Want | None]
"""From an operator and the index of an operand to the zero point that it wants."""
WantsOf = TypeVar("WantsOf", bound=Wants)

_RULES: dict[type[IntegerOp], Rule] = {}
_WANTS: dict[type[IntegerOp], Wants] = {}


def lowers(*operators: type[IntegerOp]) -> Callable[[RuleOf], RuleOf]:
    """Register the decorated function as the rule of these operators."""

    def register(rule: RuleOf) -> RuleOf:
        _RULES.update(dict.fromkeys(operators, rule))
        return rule

    return register


def counts_from(*operators: type[IntegerOp]) -> Callable[[WantsOf], WantsOf]:
    """Register the decorated function as the wanted zero points of these operators."""

    def register(wants: WantsOf) -> WantsOf:
        _WANTS.update(dict.fromkeys(operators, wants))
        return wants

    return register


@cache
def rules() -> dict[type[IntegerOp], Rule]:
    """Every rule, by its operator."""
    _load()
    return dict(_RULES)


def takes(op: type[IntegerOp]) -> bool:
    """Whether an operator has a rule; the rule may still refuse it in a given network."""
    return op in rules()


@cache
def wants() -> dict[type[IntegerOp], Wants]:
    """The functions of wanted zero points, by operator."""
    _load()
    return dict(_WANTS)


@cache
def _load() -> None:
    package = f"{__name__.rpartition('.')[0]}.rules"
    for entry in iter_modules(import_module(package).__path__):
        import_module(f"{package}.{entry.name}")
