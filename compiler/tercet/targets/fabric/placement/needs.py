"""What the EXECs of a network need in each bank, for how long, and whether it is resident."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from tercet.errors import CapacityError
from tercet.targets.fabric.format.frame import Bank
from tercet.targets.fabric.format.spec import COLUMN_ALIGN, MAX_DEPTH, FabricSpec
from tercet.targets.fabric.placement.capacity import way_out
from tercet.targets.fabric.placement.loads import Image, params_image, table_image, weights_image
from tercet.targets.fabric.placement.streaming import bases
from tercet.targets.fabric.placement.units import Unit
from tercet.targets.fabric.stages.stage import Stage
from tercet.targets.fabric.tiles.grid import up
from tercet.targets.fabric.tiles.table import Table

Content: TypeAlias = npt.NDArray[Any] | Table


@dataclass(frozen=True, eq=False)
class Need:
    """Content of a bank that EXECs from `first` to `last` use."""

    name: str
    bank: Bank
    size: int
    execs: tuple[int, ...]
    """The EXECs that use it; others between them do not."""
    image: Callable[[int], Image]
    """The image that loads it to a base."""
    content: Content
    """Identity of the content: consecutive needs of the same content are joined."""
    base: int = 0
    resident: bool = True
    after: int = 0
    """EXECs that must have finished before a LOAD of it starts."""

    @property
    def first(self) -> int:
        return self.execs[0]

    @property
    def last(self) -> int:
        return self.execs[-1]


def needs_of(stages: Sequence[Stage], acts: Sequence[object], spec: FabricSpec) -> tuple[Need, ...]:
    """All needs of the EXECs `acts`, without bases. All units of a stage share its tables."""
    found: dict[Bank, list[Need]] = {bank: [] for bank in _DEPTHS}
    for e, unit in enumerate(acts):
        if isinstance(unit, Unit):
            for need in _of_unit(stages[unit.stage], unit.groups, e, spec):
                _join(found[need.bank], need)
    return tuple(need for needs in found.values() for need in needs)


def _of_unit(stage: Stage, groups: range, e: int, spec: FabricSpec) -> Iterator[Need]:
    if stage.code.trits is not None:
        columns = stage.columns(groups)
        size = up(columns.shape[1], COLUMN_ALIGN)
        weights = partial(weights_image, stage, groups, spec)
        yield Need(stage.name, Bank.WEIGHTS, size, (e,), weights, columns)
    params = stage.params(groups)
    if params.size:
        image = partial(params_image, stage, groups, spec)
        yield Need(stage.name, Bank.PARAMETERS, params.shape[1], (e,), image, params)
    for bank, table in ((Bank.WALK, stage.walk), (Bank.ROUTE, stage.routes)):
        image = partial(table_image, bank, table, spec)
        yield Need(stage.name, bank, table.size, (e,), image, table)


def _join(needs: list[Need], need: Need) -> None:
    """Add a need, or extend the last one if both have the same content."""
    last = needs[-1] if needs else None
    if last is not None and last.name == need.name and _same(last.content, need.content):
        needs[-1] = replace(last, execs=(*last.execs, *need.execs))
    else:
        needs.append(need)


def _same(a: Content, b: Content) -> bool:
    if isinstance(a, Table) or isinstance(b, Table):
        return a is b
    return (a.ctypes.data, a.shape) == (b.ctypes.data, b.shape) or np.array_equal(a, b)


_DEPTHS = {
    Bank.WEIGHTS: ("bank_a_depth", "weight columns a tile", COLUMN_ALIGN),
    Bank.PARAMETERS: ("param_depth", "parameter entries a tile", 1),
    Bank.WALK: ("walk_depth", "entries of the walk table", 1),
    Bank.ROUTE: ("route_depth", "entries of the route table", 1),
}


def placed(needs: Sequence[Need], spec: FabricSpec) -> tuple[Need, ...]:
    """Needs with their bases, each marked as resident or streamed. Raises CapacityError."""
    found = []
    for bank, (key, what, align) in _DEPTHS.items():
        mine = [need for need in needs if need.bank is bank]
        depth = getattr(spec, key)
        worst = max(mine, key=lambda need: need.size, default=None)
        if worst is not None and worst.size > depth:
            raise CapacityError(
                f"{worst.name} needs {worst.size} {what} at once, the fabric {spec.name!r} "
                f"has {depth}",
                way_out=way_out(worst.size, key, spec),
            )
        places, moving = bases([need.size for need in mine], depth, align)
        found += [
            replace(need, base=base, resident=n not in moving)
            for n, (need, base) in enumerate(zip(mine, places, strict=True))
        ]
    return tuple(found)


def with_waits(needs: Sequence[Need]) -> tuple[Need, ...]:
    """Needs with waits: a streamed one waits until the last use of what it overwrites."""
    found, used = list(needs), {bank: Uses() for bank in _DEPTHS}
    for n in sorted(range(len(needs)), key=lambda n: needs[n].first):
        need, uses = needs[n], used[needs[n].bank]
        if not need.resident:
            found[n] = replace(need, after=uses.until(need))
        uses.add(need)
    return tuple(found)


class Uses:
    """How long each place of a bank is used, and by how many needs."""

    def __init__(self) -> None:
        self._until = np.zeros(MAX_DEPTH, np.int64)
        self._count = np.zeros(MAX_DEPTH, np.int64)

    def add(self, need: Need) -> None:
        """Mark the place of a need as used by it."""
        place = slice(need.base, need.base + need.size)
        self._until[place] = np.maximum(self._until[place], need.last + 1)
        self._count[place] += 1

    def until(self, need: Need) -> int:
        """EXECs after which no need in its place is used any more."""
        return int(self._until[need.base : need.base + need.size].max(initial=0))

    def alone(self, need: Need) -> bool:
        """Whether no other need lies in its place."""
        return bool((self._count[need.base : need.base + need.size] <= 1).all())
