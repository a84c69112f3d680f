"""Two EXECs for a dense first layer: one runs as soon as a first part of the input is loaded.

It leaves its sums in the lanes (`chain`), and the second EXEC continues them with the rest. That
needs a single sum a lane: one position, one group, one plane of trits.
"""

from collections.abc import Sequence
from dataclasses import replace

from tercet.targets.fabric.format.spec import BUS_BYTES, WORD
from tercet.targets.fabric.network.density import USUAL
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.stages.stage import Stage
from tercet.targets.fabric.tiles.grid import up
from tercet.targets.fabric.tiles.layout import Layout
from tercet.targets.fabric.tiles.pattern import Piece
from tercet.targets.fabric.tiles.table import halved_walk

LEAST = 32
"""The fewest beats to save: one more LOAD and EXEC are fetched, started, filled and emptied."""


def early(stages: Sequence[Stage], network: Network) -> tuple[Stage, ...]:
    """The stages, with the first one in two parts if that saves cycles."""
    first, *others = stages
    cut = _cut(first, network)
    if not cut:
        return tuple(stages)
    ((piece,),) = first.code.patterns
    begun = replace(piece, length=cut, end=False)
    rest = replace(piece, act=cut, column=cut, length=piece.length - cut)
    walk = halved_walk(first.code, begun, rest)
    return (replace(first, walk=walk, cut=cut), *others)


def gained(stage: Stage, network: Network) -> int:
    """Cycles saved if the network begins with this stage in two parts."""
    return _beats(stage.shape.reads[0]) // 2 - LEAST if _cut(stage, network) else 0


def _can_be_halved(stage: Stage, network: Network) -> bool:
    step, made, patterns = stage.shape.step, stage.code.made, stage.code.patterns
    x = step.operands[0]
    if not step.can_be_begun or x not in network.inputs or x in network.loaded:
        return False
    single = made.repeats == made.groups == stage.code.planes == 1
    whole = (Piece(0, 0, stage.shape.reads[0].pitch, end=True),)
    return single and stage.shape.grid.bands == 1 and patterns == (whole,)


def _cut(stage: Stage, network: Network) -> int:
    """Activations of the first part: half of a tile's if their EXEC hides the second LOAD; or 0."""
    if not _can_be_halved(stage, network):
        return 0
    layout = stage.shape.reads[0]
    beats, read = _beats(layout), USUAL * layout.size
    pays = beats // 2 > LEAST and read / 2 > beats
    return up(layout.size // 2, WORD) if pays else 0


def _beats(layout: Layout) -> int:
    return layout.size // BUS_BYTES * layout.grid.slices
