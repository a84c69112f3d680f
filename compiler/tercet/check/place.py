"""Where each operator runs: on the fabric as a whole network, or on the host."""

from collections.abc import Mapping

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet import plan
from tercet.check.contract import Fabric, Place
from tercet.check.facts import kind_of, matrix_of
from tercet.errors import CapacityError, UnsupportedError
from tercet.fabric.spec import FabricSpec
from tercet.ir.module import ops_of
from tercet.ir.op import IntegerOp
from tercet.plan.takes import takes


def fabric_of(module: ModuleOp, spec: FabricSpec) -> Fabric:
    """Ask the planner; its refusal is the reason."""
    try:
        plan.make(module, spec)
    except (UnsupportedError, CapacityError) as error:
        return Fabric(spec.name, False, str(error))
    return Fabric(spec.name, True, "")


def places(module: ModuleOp, fabric: Fabric) -> Mapping[IntegerOp, Place]:
    """The place of every operator."""
    return {op: _place(op, fabric) for op in ops_of(module)}


def _place(op: IntegerOp, fabric: Fabric) -> Place:
    if fabric.takes:
        return Place("fabric", "the whole network runs there")
    return Place("host", own_reason(op) or "the fabric runs whole networks, and not this one")


def own_reason(op: IntegerOp) -> str:
    """Why the fabric would not take this operator wherever it stood; "" if it would."""
    if not takes(type(op)):
        return f"the fabric has no {kind_of(op)}"
    found = matrix_of(op)
    if found is not None and not np.isin(found, (-1, 0, 1)).all():
        ends = f"{found.min()} to {found.max()}"
        return f"its weights range from {ends}, the fabric takes -1, 0 and 1"
    return ""
