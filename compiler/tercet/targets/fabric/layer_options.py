"""Options of single layers on the fabric."""

from collections.abc import Mapping

from tercet.errors import UsageError
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.tiles.grid import Grid, grids

GRID = "grid"
"""Name of the option for a grid: bands x input slices x output slices, as `tercet check` prints."""


def grids_of(layers: Mapping[str, Mapping[str, str]], spec: FabricSpec) -> dict[str, Grid]:
    """The grid set for each layer. Raises UsageError for one that the fabric does not have."""
    return {
        name: _grid(name, options[GRID], spec)
        for name, options in layers.items()
        if GRID in options
    }


def _grid(layer: str, text: str, spec: FabricSpec) -> Grid:
    known = {str(grid): grid for grid in grids(spec.tiles)}
    if text not in known:
        raise UsageError(
            f"layer {layer}: there is no grid {text} on {spec.tiles} tiles; choose one of"
            f" {', '.join(sorted(known))} (bands x input slices x output slices)"
        )
    return known[text]
