"""A chooser that replaces the search's grids by those that the user set for single layers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tercet.errors import UsageError
from tercet.targets.effort import Asked
from tercet.targets.fabric.choice.bank_b import Chooser
from tercet.targets.fabric.choice.search import Choice
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.tiles.grid import Grid


@dataclass(frozen=True, eq=False)
class Pinned:
    """Chooses like `chooser`, except for the layers in `pins`."""

    chooser: Chooser
    pins: Mapping[str, Grid]

    def __call__(self, network: Network, spec: FabricSpec, asked: Asked) -> Sequence[Choice]:
        own = {step: self.pins[step.name] for step in network.steps if step.name in self.pins}
        found = self.chooser(network, spec, asked)
        return [replace(choice, grids={**choice.grids, **own}) for choice in found]


def require_pinned(
    pins: Mapping[str, Grid], layers: Iterable[tuple[str, Grid]], fabric: str
) -> None:
    """Raise UsageError if a plan lacks a layer of `pins`, or has it on another grid."""
    found: dict[str, set[Grid]] = {}
    for name, grid in layers:
        found.setdefault(name, set()).add(grid)
    if strange := [name for name in pins if name not in found]:
        raise UsageError(
            f"a grid is chosen for {', '.join(strange)}, which is no step of this network on"
            f" {fabric}; its steps are {', '.join(found)}"
        )
    for name, grid in pins.items():
        if found[name] != {grid}:
            got = ", ".join(map(str, found[name]))
            raise UsageError(
                f"layer {name}: the grid {grid} does not fit those of its neighbours on {fabric},"
                f" which need {got} here; leave it out, or choose theirs as well"
            )
