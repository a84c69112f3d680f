"""EXECs of a network: one for each stage, or several with some groups each to stream weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tercet.errors import CapacityError
from tercet.targets.fabric.format.spec import COLUMN_ALIGN, FabricSpec
from tercet.targets.fabric.placement.capacity import way_out
from tercet.targets.fabric.stages.stage import Stage
from tercet.targets.fabric.tiles.grid import up


@dataclass(frozen=True)
class Unit:
    """One EXEC: some groups of a stage."""

    stage: int
    groups: range
    half: int = 0
    """1: begins the sums; 2: ends them; 0: does both."""

    @property
    def begins(self) -> bool:
        """Whether it only begins sums, which the next EXEC ends."""
        return self.half == 1


def all_fit(stages: Sequence[Stage], spec: FabricSpec) -> bool:
    """Whether bank A holds all weights together; pieces of one step share their weights."""
    needed, last = 0, None
    for stage in stages:
        columns = up(stage.code.columns, COLUMN_ALIGN)
        if columns and (stage.name, columns) != last:
            needed, last = needed + columns, (stage.name, columns)
    return needed <= spec.bank_a_depth


def units_of(stages: Sequence[Stage], spec: FabricSpec, parts: int) -> Iterator[tuple[Unit, ...]]:
    """The units of each stage: one if all weights fit; else each at most 1 / `parts` of bank A."""
    limit = spec.bank_a_depth if all_fit(stages, spec) else spec.bank_a_depth // parts
    for n, stage in enumerate(stages):
        yield tuple(
            Unit(n, groups, half)
            for groups in parts_of(stage, limit, spec)
            for half in ((1, 2) if stage.cut else (0,))
        )


def parts_of(stage: Stage, limit: int, spec: FabricSpec) -> list[range]:
    """The groups of a stage, in parts of at most `limit` weight columns. Raises CapacityError."""
    whole, columns, params = stage.whole, stage.code.col_group, stage.post.group_step
    if up(stage.code.columns, COLUMN_ALIGN) <= limit:
        each = len(whole)
    elif columns:
        each = limit // columns or spec.bank_a_depth // columns
    else:  # all groups share the same columns
        each = len(whole) if stage.code.columns <= spec.bank_a_depth else 0
    if not each:
        needed = columns or stage.code.columns
        raise CapacityError(
            f"{stage.name} on {stage.shape.grid} tiles needs {needed} weight columns a tile "
            f"at once, the fabric {spec.name!r} has {spec.bank_a_depth}",
            way_out=way_out(needed, "bank_a_depth", spec),
        )
    if params:
        each = min(each, spec.param_depth // params or 1)  # one too large is refused later
    count = -(-len(whole) // each)
    size = -(-len(whole) // count)
    return [whole[at : at + size] for at in range(0, len(whole), size)]
