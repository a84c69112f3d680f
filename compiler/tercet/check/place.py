"""Where each operator runs: on an accelerator that takes the whole network, or on the host."""

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
    """The artifact that an accelerator made of a network, or its refusals."""

    target: AnyTarget
    settings: Settings
    artifact: Artifact | None
    reasons: tuple[TercetError, ...]
    """Why there is no artifact, in the order in which the accelerator found them."""


def lowered(module: ModuleOp, settings: Settings) -> Lowered:
    """The artifact of the first accelerator that takes the network; else the first one's refusals.

    If it refuses an operator, every piece of the network is tried, so that all refusals are known.
    """
    refused = list[Lowered]()
    for target in accelerators():
        found = _asked(target, module, settings)
        if found.artifact is not None:
            return found
        refused.append(found)
    return refused[0]


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
    """The accelerator's layers for the network, or why it refuses it."""
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
        alone = f"the {title} runs whole networks, and it refuses this one"
        return Place("host", _own_reason(op, name, found) or alone)
    moved = "it only moves elements: its neighbours on the fabric read and write them in place"
    return Place(found.target.info.name, where.get(name, moved))


def _own_reason(op: IntegerOp, name: str, found: Lowered) -> str:
    """Why the accelerator refuses this operator in any network; "" if it takes it."""
    if found.target.takes(type(op)) is not None:
        return f"the {found.target.info.title} has no {kind_of(op)}"
    for reason in found.reasons:
        if reason.layer in (op.layer.data, name):
            return reason.why
    return ""
