"""Where each operator runs: on an accelerator as a whole network, or on the host."""

from collections.abc import Mapping
from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp

from tercet.check.contract import Fabric, Place
from tercet.check.facts import kind_of
from tercet.check.slices import pieces
from tercet.errors import CapacityError, TercetError, UnsupportedError, distinct
from tercet.ir.module import ops_of
from tercet.ir.names import value_names
from tercet.ir.op import IntegerOp
from tercet.targets.door import Artifact, Settings, refusals
from tercet.targets.registry import AnyTarget, accelerators


@dataclass(frozen=True, eq=False)
class Lowered:
    """What an accelerator said of a network."""

    target: AnyTarget
    settings: Settings
    artifact: Artifact | None
    reasons: tuple[TercetError, ...]
    """Why there is none, the first that it met first."""


def lowered(module: ModuleOp, settings: Settings) -> Lowered:
    """What the first accelerator that takes the network makes of it; else why the first does not.

    Where operators are the reason, every piece of the network is asked for its own.
    """
    asked = [_asked(target, module, settings) for target in accelerators()]
    return next((found for found in asked if found.artifact is not None), asked[0])


def _asked(target: AnyTarget, module: ModuleOp, settings: Settings) -> Lowered:
    try:
        artifact = target.lower(module, target.options(settings))
    except UnsupportedError as error:
        reasons = distinct((error, *refusals(target, pieces(module))))
        return Lowered(target, settings, None, reasons)
    except CapacityError as error:
        return Lowered(target, settings, None, (error,))
    return Lowered(target, settings, artifact, ())


def fabric_of(found: Lowered, *, explain: bool = False) -> Fabric:
    """What the accelerator makes of the network, or why it does not take it."""
    name, artifact = found.settings.fabric, found.artifact
    if artifact is None:
        return Fabric(name, False, str(found.reasons[0]), (), ())
    return Fabric(name, True, "", artifact.layers, artifact.choices if explain else ())


def places(module: ModuleOp, found: Lowered) -> Mapping[IntegerOp, Place]:
    """The place of every operator."""
    names = value_names(module)
    where = {} if found.artifact is None else found.artifact.where
    return {op: _place(op, names[op.results[0]], found, where) for op in ops_of(module)}


def _place(op: IntegerOp, name: str, found: Lowered, where: Mapping[str, str]) -> Place:
    title = found.target.info.title
    if found.artifact is None:
        alone = f"the {title} runs whole networks, and not this one"
        return Place("host", _own_reason(op, name, found) or alone)
    moved = "the steps around it read and write as it moves"
    return Place(found.target.info.name, where.get(name, moved))


def _own_reason(op: IntegerOp, name: str, found: Lowered) -> str:
    """Why the accelerator would not take this operator wherever it stood; "" if it would."""
    if found.target.takes(type(op)) is not None:
        return f"the {found.target.info.title} has no {kind_of(op)}"
    for reason in found.reasons:
        if reason.layer in (op.layer.data, name):
            return reason.why
    return ""
