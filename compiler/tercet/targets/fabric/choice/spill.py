"""The network after a spill: tensors in memory, and steps cut into pieces.

A piece makes some rows of a step's result: it loads the rows of its operands that it reads, halo
included, and stores its rows. Most pieces of a step are alike, and share shapes and costs.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

from tercet.targets.fabric.network.network import Cut, Network, Part
from tercet.targets.fabric.network.pieces import Piece, cut
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.tensor import Tensor


@dataclass(frozen=True)
class Spill:
    """The tensors that lie in memory, and the number of pieces of each step."""

    tensors: frozenset[Tensor] = frozenset()
    pieces: tuple[tuple[Step, int], ...] = ()

    def count(self, step: Step) -> int:
        return dict(self.pieces).get(step, 1)

    def more(self, tensors: frozenset[Tensor]) -> "Spill":
        """This spill with more tensors in memory."""
        return Spill(self.tensors | tensors, self.pieces)

    def finer(self, times: Mapping[Step, int]) -> "Spill":
        """This spill with each of these steps in so many times more pieces."""
        pieces = {step: self.count(step) * factor for step, factor in times.items()}
        return Spill(self.tensors, tuple((dict(self.pieces) | pieces).items()))


class Spiller:
    """Applies spills to one network; remembers the pieces of each cut."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._known: dict[Hashable, tuple[tuple[Piece, ...], tuple[Piece, ...]]] = {}

    def spilled(self, spill: Spill, *, sketch: bool = False) -> Network:
        """The network after a spill; as a `sketch`, with one of several pieces that are alike."""
        loaded: dict[Tensor, Part] = {}
        stored: dict[Tensor, Part] = {}
        cuts: dict[Step, Cut] = {}
        for step in self._network.steps:
            like: dict[Hashable, Step] = {}
            for piece in self._pieces(step, spill, sketch=sketch):
                made = piece.step
                for x, part, region in zip(step.operands, made.operands, piece.reads, strict=True):
                    if region is not None:
                        loaded[part] = Part(x, region)
                if step.result in spill.tensors:
                    stored[made.result] = Part(step.result, piece.makes)
                cuts[made] = Cut(step, like.setdefault(piece.key, made))
        return replace(self._network, steps=tuple(cuts), loaded=loaded, stored=stored, pieces=cuts)

    def _pieces(self, step: Step, spill: Spill, *, sketch: bool) -> tuple[Piece, ...]:
        """The pieces of a step; only itself if its tensors stay in bank B."""
        brought = tuple(x in spill.tensors for x in step.operands)
        kept = step.result in spill.tensors
        key = step, spill.count(step), brought, kept
        if key not in self._known:
            pieces = cut(step, spill.count(step), brought)
            if kept and len(pieces) == 1:
                made = replace(pieces[0].step, result=replace(step.result))
                pieces = (replace(pieces[0], step=made),)
            first = {piece.key: piece for piece in reversed(pieces)}
            self._known[key] = pieces, tuple(piece for piece in pieces if first[piece.key] is piece)
        return self._known[key][sketch]


def spilled(network: Network, spill: Spill) -> Network:
    """The network after a spill."""
    return Spiller(network).spilled(spill)
