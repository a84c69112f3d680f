"""Channels on different lanes in different bands, so that the drain takes fewer cycles.

All tiles drain the same lane at once. If the reader has slices of channels, only the tiles of one
slice read a lane; but each reads it from its own band and, for the halo, from the neighbouring
bands, one after the other, while the tiles of other slices wait. With each band's channels on
other lanes, the results for one slice and the halo for another are drained at the same time.
"""

from dataclasses import replace

import numpy as np

from tercet.targets.fabric.stages.stage import Shape
from tercet.targets.fabric.tiles.layout import IncompatibleError
from tercet.targets.fabric.tiles.pattern import Made
from tercet.targets.fabric.tiles.routing import Destination, route_of

TURNS = (2, 4)


def turned(shape: Shape) -> Shape:
    """The shape with the turns of lanes that drain in the fewest cycles; each has own weights."""
    if not shape.step.turns_lanes or shape.writes is None:
        return shape
    target, best = Destination.of(shape.writes), shape.made
    least = _drained(best, target)
    for turns in TURNS:
        if turns <= min(shape.grid.bands, shape.writes.grid.slices // shape.grid.outs):
            other = _turned(shape.made, turns)
            drained = _drained(other, target)
            if drained is not None and least is not None and drained < least:
                best, least = other, drained
    return shape if best is shape.made else replace(shape, made=best)


def _turned(made: Made, turns: int) -> Made:
    parts = [np.roll(made.channels, t * made.lanes // turns, axis=2) for t in range(turns)]
    return replace(made, channels=np.concatenate(parts))


def _drained(made: Made, target: Destination) -> int | None:
    try:
        return route_of(made, target, repeats=False).drained
    except IncompatibleError:
        return None
