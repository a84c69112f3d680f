"""What the EXECs of a network need in each bank, for how long, and whether it stays for good."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tercet.errors import CapacityError
from tercet.fabric.frame import Bank
from tercet.fabric.spec import COLUMN_ALIGN, MAX_DEPTH, MAX_TABLE, FabricSpec
from tercet.plan.arena import Item, meet, place
from tercet.plan.grid import up
from tercet.plan.loads import Image, params_image, table_image, weights_image
from tercet.plan.stage import Stage
from tercet.plan.tabled import Table


@dataclass(frozen=True)
class Unit:
    """One EXEC: some groups of a stage."""

    stage: int
    groups: range
    half: int = 0
    """1 begins the sums, 2 ends them; 0: one EXEC does both."""

    @property
    def begins(self) -> bool:
        """Whether it writes nothing, for the next one goes on with its sums."""
        return self.half == 1


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


def units_of(stages: Sequence[Stage], spec: FabricSpec) -> tuple[Unit, ...]:
    """Stages whole, if all weights fit together; else in parts of half a bank at most."""
    total = sum(up(stage.code.columns, COLUMN_ALIGN) for stage in stages)
    limit = spec.bank_a_depth if total <= spec.bank_a_depth else spec.bank_a_depth // 2
    return tuple(
        Unit(n, groups, half)
        for n, stage in enumerate(stages)
        for groups in _parts(stage, limit, spec)
        for half in ((1, 2) if stage.cut else (0,))
    )


def _parts(stage: Stage, limit: int, spec: FabricSpec) -> list[range]:
    whole, step = stage.whole, stage.code.col_group
    most = limit if step else spec.bank_a_depth  # columns of all groups can't be parted
    if up(stage.code.columns, COLUMN_ALIGN) <= most:
        return [whole]
    each = limit // max(1, step) or spec.bank_a_depth // max(1, step)
    if not each or not step:
        needed = step or stage.code.columns
        raise CapacityError(
            f"{stage.name} on {stage.shape.grid} tiles needs {needed} weight columns a tile at"
            f" once, the fabric {spec.name!r} has {spec.bank_a_depth}:"
            f" {way_out(needed, 'bank_a_depth', spec)}"
        )
    count = -(-len(whole) // each)
    size = -(-len(whole) // count)
    return [whole[at : at + size] for at in range(0, len(whole), size)]


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


def placed(needs: Sequence[Need], execs: int, spec: FabricSpec) -> tuple[Need, ...]:
    """Needs with their bases. What does not fit side by side is streamed. Raises CapacityError."""
    found = []
    for bank, (key, what, align) in _DEPTHS.items():
        mine = [need for need in needs if need.bank is bank]
        found += _in_bank(mine, execs, getattr(spec, key), align, key, what, spec)
    return tuple(found)


def _in_bank(
    needs: list[Need],
    execs: int,
    depth: int,
    align: int,
    key: str,
    what: str,
    spec: FabricSpec,
) -> list[Need]:
    """The smallest stay for good, as many as fit; others come an EXEC ahead, or just in time."""
    for ahead in (1, 0):
        resident: set[int] = set(range(len(needs)))
        places = place(_items(needs, resident, execs, ahead), depth, align)
        if isinstance(places, int):
            resident = set()
            places = place(_items(needs, resident, execs, ahead), depth, align)
            if isinstance(places, int):
                needed = places
                continue
            for n in sorted(range(len(needs)), key=lambda n: needs[n].size):
                more = place(_items(needs, resident | {n}, execs, ahead), depth, align)
                if isinstance(more, int):
                    break
                resident, places = resident | {n}, more
        return [
            replace(need, base=base, resident=n in resident)
            for n, (need, base) in enumerate(zip(needs, places, strict=True))
        ]
    raise CapacityError(
        f"the network needs {needed} {what} at once, the fabric {spec.name!r} has {depth}:"
        f" {way_out(needed, key, spec)}"
    )


def _items(needs: Sequence[Need], resident: set[int], execs: int, ahead: int) -> list[Item]:
    return [
        Item(need.name, need.size, 0, execs)
        if n in resident
        else Item(need.name, need.size, max(0, need.first - ahead), need.last)
        for n, need in enumerate(needs)
    ]


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


def way_out(needed: int, key: str, spec: FabricSpec) -> str:
    """What a user can do about a bank that is too small."""
    depth = 1 << (needed - 1).bit_length()
    most = MAX_TABLE if key in ("walk_depth", "route_depth") else MAX_DEPTH
    if depth > most:
        return f"none has more than {most}; choose one with more tiles, or split the network"
    return f"choose a larger fabric, such as --fabric {spec.name},{key}={depth}"
