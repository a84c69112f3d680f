"""The base classes of operators, and the registry of all operators."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from xdsl.dialects.builtin import IntegerAttr, ModuleOp, StringAttr
from xdsl.irdl import IRDLOperation, attr_def
from xdsl.utils.exceptions import VerifyException

from tercet.errors import VerifyError
from tercet.ir.exchange import OnnxGraph
from tercet.ir.interval import Interval
from tercet.ir.types import Dense, IntArray


@dataclass(frozen=True)
class Kernel:
    """A compiled function that runs an operator: one C or C++ symbol and its header."""

    symbol: str
    header: str


@dataclass(frozen=True)
class Sample:
    """One small instance of an operator, for every test that ranges over operators."""

    module: ModuleOp
    """`main` with the operator as its only one; its arguments are the operator's operands."""
    bounds: tuple[Interval, ...]
    """The range drawn for each operand: wide enough to saturate some outputs, not all."""


class LayerOp(IRDLOperation):
    """An operator of either dialect: pure, with a single result.

    Batch comes first in every shape: the type says 1, the reference takes any batch.
    """

    layer = attr_def(StringAttr)
    """Path of the layer in the user's model, such as "fc1"."""

    @abstractmethod
    def reference(self, *operands: Any) -> Any:
        """The meaning of the operator, on numpy arrays."""

    def require(self, held: bool, message: str) -> None:
        """Raise VerifyError with `message` unless `held`; type rules are made of these."""
        if not held:
            raise VerifyException(f"{self.layer.data}: {self.name}: {message}")


class IntegerOp(LayerOp):
    """An exact integer function; one subclass per file of `tercet.ops`."""

    if TYPE_CHECKING:
        c: ClassVar[Kernel | None] = None
        hls: ClassVar[Kernel | None] = None
    else:  # xDSL accepts only functions as extra members; a staticmethod returns its content
        c = staticmethod(None)
        hls = staticmethod(None)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for target in ("c", "hls"):
            setattr(cls, target, staticmethod(getattr(cls, target)))

    @abstractmethod
    def reference(self, *operands: Any) -> IntArray:
        """The meaning of the operator. Every target must match it bit for bit."""

    @abstractmethod
    def range(self, *operands: Any) -> Interval:
        """The interval of the result, from the intervals of the operands."""

    @abstractmethod
    def onnx(self, graph: OnnxGraph, *operands: str) -> str:
        """Add standard ONNX nodes that compute the operator; returns the name of their result.

        Their type is the smallest ONNX type that holds the result's type: UINT8 for ui4, and so on.
        """

    @classmethod
    @abstractmethod
    def samples(cls) -> Sequence[Sample]:
        """Instances that cover the corners; the contract tests run them on every target."""


Found = TypeVar("Found", bound=LayerOp)


def integers(op: IntegerOp) -> tuple[int, ...]:
    """The integer properties in declaration order: the attributes of a kernel call."""
    found = (op.properties.get(name) for name in op.get_irdl_definition().properties)
    return tuple(p.value.data for p in found if isinstance(p, IntegerAttr))


def constants(op: IntegerOp) -> tuple[Dense | None, ...]:
    """The dense properties in declaration order; None for an absent optional one."""
    names = op.get_irdl_definition().properties
    found = [op.properties.get(name) for name in names]
    return tuple(p if isinstance(p, Dense) else None for p in found if not _is_number(p))


def _is_number(attribute: object) -> bool:
    return isinstance(attribute, IntegerAttr)


@cache
def operators() -> tuple[type[IntegerOp], ...]:
    """Every operator in `tercet.ops`, by name; a new file there needs no entry in a list."""
    return _declared_in("tercet.ops", IntegerOp)  # type: ignore[type-abstract]


@cache
def real_operators() -> tuple[type[LayerOp], ...]:
    """Every operator of the float dialect, by name."""
    return _declared_in("tercet.ops.real", LayerOp)  # type: ignore[type-abstract]


def _declared_in(package: str, base: type[Found]) -> tuple[type[Found], ...]:
    found: dict[str, type[Found]] = {}
    for entry in iter_modules(import_module(package).__path__):
        module = import_module(f"{package}.{entry.name}")
        for member in vars(module).values():
            if _is_declared(member, base, module.__name__):
                if member.name in found:
                    raise TypeError(f"operator {member.name!r} is declared twice")
                found[member.name] = member
    return tuple(found[name] for name in sorted(found))


def _is_declared(member: object, base: type[LayerOp], module: str) -> bool:
    return isinstance(member, type) and issubclass(member, base) and member.__module__ == module


def verified(module: ModuleOp) -> ModuleOp:
    """`module`, after every type rule was checked; raises our VerifyError in place of xDSL's."""
    try:
        module.verify()
    except VerifyException as broken:
        raise VerifyError(str(broken).strip().splitlines()[-1]) from broken
    return module
