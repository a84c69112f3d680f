"""What the EXECs of a network need in each bank, for how long, and whether it stays for good."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tercet.errors import CapacityError
from tercet.fabric.frame import Bank
from tercet.fabric.spec import COLUMN_ALIGN, FabricSpec
from tercet.plan.arena import meet
from tercet.plan.capacity import way_out
from tercet.plan.grid import up
from tercet.plan.loads import Image, params_image, table_image, weights_image
from tercet.plan.stage import Stage
from tercet.plan.streaming import bases
from tercet.plan.tabled import Table
from tercet.plan.units import Unit


@dataclass(frozen=True, eq=False)
class Need:
    """Something that EXECs `first` to `last` use."""

    name: str
    bank: Bank
    size: int
    first: int
    last: int
    image: Callable[[int], Image]
    """What brings it to a base."""
    base: int = 0
    resident: bool = True
    after: int = 0
    """A LOAD of it may start when so many EXECs have finished."""


def needs_of(stages: Sequence[Stage], acts: Sequence[object], spec: FabricSpec) -> tuple[Need, ...]:
    """All of them, unplaced, of the EXECs `acts`. A stage's tables serve all of its units."""
    found = []
    units = {e: act for e, act in enumerate(acts) if isinstance(act, Unit)}
    for e, unit in units.items():
        stage, groups = stages[unit.stage], unit.groups
        both = range(e, e + 1 if unit.half == 0 else e + 2)
        if unit.half == 2:
            continue
        if stage.code.trits is not None:
            found.append(_weights(stage, groups, spec, both))
        if stage.params(groups).size:
            found.append(_params(stage, groups, spec, both))
    for n, stage in enumerate(stages):
        mine = [e for e, unit in units.items() if unit.stage == n]
        for bank, table in ((Bank.WALK, stage.walk), (Bank.ROUTE, stage.routes)):
            image = _table(bank, table, spec)
            found.append(Need(stage.name, bank, table.size, mine[0], mine[-1], image))
    return tuple(found)


def _weights(stage: Stage, groups: range, spec: FabricSpec, execs: range) -> Need:
    size = up(stage.columns(groups).shape[1], COLUMN_ALIGN)

    def image(base: int) -> Image:
        return weights_image(stage, groups, spec, base)

    return Need(stage.name, Bank.WEIGHTS, size, execs[0], execs[-1], image)


def _params(stage: Stage, groups: range, spec: FabricSpec, execs: range) -> Need:
    def image(base: int) -> Image:
        return params_image(stage, groups, spec, base)

    size = stage.params(groups).shape[1]
    return Need(stage.name, Bank.PARAMETERS, size, execs[0], execs[-1], image)


def _table(bank: Bank, table: Table, spec: FabricSpec) -> Callable[[int], Image]:
    def image(base: int) -> Image:
        return table_image(bank, table, spec, base)

    return image


_DEPTHS = {
    Bank.WEIGHTS: ("bank_a_depth", "weight columns a tile", COLUMN_ALIGN),
    Bank.PARAMETERS: ("param_depth", "parameter entries a tile", 1),
    Bank.WALK: ("walk_depth", "entries of the walk table", 1),
    Bank.ROUTE: ("route_depth", "entries of the route table", 1),
}


def placed(needs: Sequence[Need], spec: FabricSpec) -> tuple[Need, ...]:
    """Needs with their bases; what does not stay is streamed. Raises CapacityError."""
    found = []
    for bank, (key, what, align) in _DEPTHS.items():
        mine = [need for need in needs if need.bank is bank]
        depth, needed = getattr(spec, key), max((need.size for need in mine), default=0)
        if needed > depth:
            raise CapacityError(
                f"the network needs {needed} {what} at once, the fabric {spec.name!r} has {depth}:"
                f" {way_out(needed, key, spec)}"
            )
        places, moving = bases([need.size for need in mine], depth, align)
        found += [
            replace(need, base=base, resident=n not in moving)
            for n, (need, base) in enumerate(zip(mine, places, strict=True))
        ]
    return tuple(found)


def with_waits(needs: Sequence[Need]) -> tuple[Need, ...]:
    """Streamed needs wait until what lay there before is no longer used."""
    return tuple(
        need
        if need.resident
        else replace(
            need,
            after=max(
                (
                    other.last + 1
                    for other in needs
                    if other.bank is need.bank and other.first < need.first and meet(other, need)
                ),
                default=0,
            ),
        )
        for need in needs
    )
