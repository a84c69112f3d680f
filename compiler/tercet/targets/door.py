"""The interface of a target: which operators it takes, and its artifact of a network.

A target is a folder of `tercet.targets` with a file `target.py` whose `TARGET` is a `Target`. Its
executor and its checks stand in `tercet_signoff`. No other code names a target.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import ClassVar, Generic, TypeVar

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.errors import TercetError, UnsupportedError
from tercet.ir.module import inputs_of, ops_of, outputs_of
from tercet.ir.names import value_names
from tercet.ir.op import IntegerOp
from tercet.ir.types import IntArray, storage, tensor_type
from tercet.targets.effort import USUAL, Asked
from tercet.targets.info import TargetInfo
from tercet.targets.rows import Choice, Layer

Files = Mapping[str, str | bytes]
"""Text or bytes by path."""


@dataclass(frozen=True)
class Settings:
    """The user's settings for all targets; each target derives its own options from them."""

    fabric: str = "small"
    batch: int = 1
    """Inputs that one doorbell runs on an accelerator."""
    asked: Asked = USUAL
    layers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Options of single layers, by the layer's name."""


@dataclass(frozen=True)
class Refusal:
    """Why a target does not take an operator."""

    why: str


@dataclass(frozen=True, eq=False)
class Examples:
    """Inputs [V, ...] of a network and their outputs, for a test bench."""

    given: tuple[IntArray, ...]
    wanted: tuple[IntArray, ...]


@dataclass(frozen=True, eq=False)
class Artifact(ABC):
    """What a target made of a network."""

    module: ModuleOp

    @abstractmethod
    def files(self, name: str, examples: Examples | None = None) -> Files:
        """All files of the target, dependencies included; files and functions are called `name`."""

    @property
    def exposes(self) -> tuple[str, ...]:
        """Names of the values that its executor shows."""
        return tuple(value_names(self.module).values())

    def traffic(self, batch: int) -> tuple[int, int]:
        """Bytes of all inputs and of all outputs of one call: here as C stores them."""
        return batch * _bytes(inputs_of(self.module)), batch * _bytes(outputs_of(self.module))

    @property
    def where(self) -> Mapping[str, str]:
        """The part of an accelerator that computes each value, in words, by the value's name."""
        return {}

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of the network on an accelerator."""
        return ()

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The grids that the search tried for each step."""
        return ()


def _bytes(values: Iterable[SSAValue]) -> int:
    kinds = map(tensor_type, values)
    return sum(prod(kind.get_shape()) * storage(kind.element_type).itemsize for kind in kinds)


Options = TypeVar("Options")
Made = TypeVar("Made", bound=Artifact, covariant=True)


class Target(ABC, Generic[Options, Made]):
    """A way to run networks."""

    info: ClassVar[TargetInfo]

    @abstractmethod
    def options(self, settings: Settings) -> Options:
        """Its own options, from the settings. Raises UsageError for an unknown one."""

    @abstractmethod
    def takes(self, op: type[IntegerOp]) -> Refusal | None:
        """Why it does not take an operator; None if it takes it."""

    @abstractmethod
    def lower(self, module: ModuleOp, options: Options) -> Made:
        """The artifact of a network. Raises UnsupportedError or CapacityError if it refuses it."""

    def examine(self, module: ModuleOp) -> None:
        """Raise the UnsupportedError that `lower` would raise for an operator, in less time."""
        for op in ops_of(module):
            if (refusal := self.takes(type(op))) is not None:
                raise unsupported(op, refusal)


def unsupported(op: IntegerOp, refusal: Refusal) -> UnsupportedError:
    """The error for an operator that a target refuses."""
    return UnsupportedError(refusal.why, layer=op.layer.data)


def refusals(target: Target[Options, Made], pieces: Iterable[ModuleOp]) -> tuple[TercetError, ...]:
    """Why a target refuses pieces of a network: one error for each piece that it refuses."""
    found = []
    for piece in pieces:
        try:
            target.examine(piece)
        except TercetError as error:
            found.append(error)
    return tuple(found)
