"""Which operators the fabric runs, and by which rule: each file of `rules` registers its own.

A rule takes the context, the operator and its operands; its result is the operator's.
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
    """The zero point that an operator counts from. Strict: it cannot join a bias."""

    zero_point: int
    strict: bool


Wants = Callable[[Any, int], Want | None]
"""Of an operator and the index of an operand."""
WantsOf = TypeVar("WantsOf", bound=Wants)

_RULES: dict[type[IntegerOp], Rule] = {}
_WANTS: dict[type[IntegerOp], Wants] = {}


def lowers(*operators: type[IntegerOp]) -> Callable[[RuleOf], RuleOf]:
    """The function below lowers these operators."""

    def register(rule: RuleOf) -> RuleOf:
        _RULES.update(dict.fromkeys(operators, rule))
        return rule

    return register


def counts_from(*operators: type[IntegerOp]) -> Callable[[WantsOf], WantsOf]:
    """The function below says which zero point these operators want."""

    def register(wants: WantsOf) -> WantsOf:
        _WANTS.update(dict.fromkeys(operators, wants))
        return wants

    return register


@cache
def rules() -> dict[type[IntegerOp], Rule]:
    """Every rule, by the operator."""
    _load()
    return dict(_RULES)


def takes(op: type[IntegerOp]) -> bool:
    """Whether there is a rule for it; `lower` says whether one of a network can run."""
    return op in rules()


@cache
def wants() -> dict[type[IntegerOp], Wants]:
    """What the operators that care want, by the operator."""
    _load()
    return dict(_WANTS)


@cache
def _load() -> None:
    package = f"{__name__.rpartition('.')[0]}.rules"
    for entry in iter_modules(import_module(package).__path__):
        import_module(f"{package}.{entry.name}")
