"""The door of a target: what it takes, and the artifact that it makes of a network.

A target is a folder of `tercet.targets` with a file `target.py` whose `TARGET` is one of these. Its
executor and its checks stand in `tercet_signoff`. Nothing else names a target.
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
    """What a user asks of all targets together; each picks its own options."""

    fabric: str = "small"
    batch: int = 1
    """Inputs that an accelerator takes by one doorbell."""
    asked: Asked = USUAL
    layers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Options of single layers, by the layer's name."""


@dataclass(frozen=True)
class Refusal:
    """Why a target does not take an operator."""

    why: str


@dataclass(frozen=True, eq=False)
class Examples:
    """Inputs [V, ...] of a network and the outputs that belong to them, for a test bench."""

    given: tuple[IntArray, ...]
    wanted: tuple[IntArray, ...]


@dataclass(frozen=True, eq=False)
class Artifact(ABC):
    """What a target made of a network."""

    module: ModuleOp

    @abstractmethod
    def files(self, name: str, examples: Examples | None = None) -> Files:
        """What the target writes, with all that it stands on; functions and files called `name`."""

    @property
    def exposes(self) -> tuple[str, ...]:
        """Names of the values that its executor shows."""
        return tuple(value_names(self.module).values())

    def traffic(self, batch: int) -> tuple[int, int]:
        """Bytes of all inputs and of all outputs of one call: here as C stores them."""
        return batch * _bytes(inputs_of(self.module)), batch * _bytes(outputs_of(self.module))

    @property
    def where(self) -> Mapping[str, str]:
        """Of values that an accelerator computes: on what part of it, in words."""
        return {}

    @property
    def layers(self) -> tuple[Layer, ...]:
        """How the network lies on an accelerator."""
        return ()

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What was weighed for each of its steps."""
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
        """Its own options. Raises UsageError for one that it does not know."""

    @abstractmethod
    def takes(self, op: type[IntegerOp]) -> Refusal | None:
        """None for an operator that it runs."""

    @abstractmethod
    def lower(self, module: ModuleOp, options: Options) -> Made:
        """The artifact. Raises UnsupportedError or CapacityError for a network that it refuses."""

    def examine(self, module: ModuleOp) -> None:
        """Raise UnsupportedError where `lower` would for an operator, at little cost."""
        for op in ops_of(module):
            if (refusal := self.takes(type(op))) is not None:
                raise unsupported(op, refusal)


def unsupported(op: IntegerOp, refusal: Refusal) -> UnsupportedError:
    """The error for an operator that a target does not take."""
    return UnsupportedError(refusal.why, layer=op.layer.data)


def refusals(target: Target[Options, Made], pieces: Iterable[ModuleOp]) -> tuple[TercetError, ...]:
    """Why a target takes these pieces of a network not, one error for each that it refuses."""
    found = []
    for piece in pieces:
        try:
            target.examine(piece)
        except TercetError as error:
            found.append(error)
    return tuple(found)
