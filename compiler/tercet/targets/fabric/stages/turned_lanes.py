"""Lanes that differ from band to band, so that a tile seldom has to hear two results at a time.

All tiles drain the same lane at once. Where the reader has slices of channels, a lane is heard by
the tiles of one slice; but these want it of their own band and of the neighbours', for the halo,
one after the other, while the other slices' tiles wait. If each band has its channels on other
lanes, what it makes for itself goes to one slice while its halo goes to another.
"""

from dataclasses import replace

import numpy as np

from tercet.targets.fabric.stages.stage import Shape
from tercet.targets.fabric.tiles.layout import IncompatibleError
from tercet.targets.fabric.tiles.pattern import Made
from tercet.targets.fabric.tiles.routing import Destination, route_of

TURNS = (2, 4)


def turned(shape: Shape) -> Shape:
    """The shape with the lanes that drain in the fewest cycles; each turn has its own weights."""
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
