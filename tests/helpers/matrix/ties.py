"""How far an element is from a tie, in rationals: what alone may excuse a float64."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, ModuleOp
from xdsl.ir import BlockArgument, SSAValue

from tercet import passes
from tercet.ir.arithmetic.rounding import ROUNDINGS, Rounding
from tercet.ir.families.movement import MovementOp
from tercet.ir.families.quantized import QuantizedOp
from tercet.ir.families.real import Place, at
from tercet.ir.host.boundary import entries_of
from tercet.ir.module import inputs_of
from tercet.ir.names import value_names
from tercet.ir.types import Array, IntArray, dense_float
from tercet.ops.linear import Linear
from tercet.ops.max_pool import MaxPool
from tercet.ops.real.quantize import Quantize
from tercet.passes.pipeline.requantize import ends_of
from tercet.passes.proofs.audit import row_signs
from tercet.passes.regions.region import region_of
from tercet.passes.synthesis.certificate import SITE
from tercet.passes.ties.snap import SnapTies
from tercet_golden.user_model.explained_differences import Explained

NOISE = Fraction(1, 10**12)
"""What float64 may be off by, of a position: 4,500 roundings, all the same way."""


@dataclass(frozen=True)
class Ties:
    """The real values in front of every quantizer, as the captured model defines them."""

    captured: ModuleOp
    module: ModuleOp
    xs: Sequence[Array]
    golden: Mapping[str, IntArray]

    def excuses(self, one: Explained) -> bool:
        """Whether the exact value is so near a tie that a float64 can be on its other side."""
        places = self.positions(one.layer, (one.vector, *one.element))
        return any(_distance(mode, position) <= NOISE for mode, position in places)

    def positions(self, name: str, place: Place) -> Iterator[tuple[Rounding, Fraction]]:
        """Where the element was rounded, in steps; behind a max pool all that may have been it."""
        value = next(v for v, known in self._names.items() if known == name.partition(", ")[0])
        return self._origins(value, place)

    @cached_property
    def _names(self) -> Mapping[SSAValue, str]:
        return value_names(self.module)

    @cached_property
    def _ends(self) -> list[Quantize]:
        ends = ends_of(passes.run(self.captured, (*passes.NORMALIZATION, SnapTies())))
        return [end for end in ends if isinstance(end, Quantize)]

    def _origins(self, value: SSAValue, place: Place) -> Iterator[tuple[Rounding, Fraction]]:
        owner = value.owner
        if isinstance(value, BlockArgument):
            yield self._entered(value, place)
        elif isinstance(owner, MovementOp):
            sizes = [self._of(x).size for x in owner.operands]
            starts = np.cumsum([0, *sizes])
            whole = [
                np.arange(start, start + size).reshape(self._of(x).shape)
                for start, size, x in zip(starts, sizes, owner.operands, strict=False)
            ]
            origin = owner.moved(*whole)[place]
            i = int(np.searchsorted(starts, origin, "right")) - 1
            yield from self._origins(owner.operands[i], _place(whole[i] == origin))
        elif isinstance(owner, MaxPool):
            x = self._of(owner.x).copy()  # unlike reals may have become one integer: all of them
            while owner.reference(x)[place] == self._of(value)[place]:
                order = (x * x.size + np.arange(x.size).reshape(x.shape)).astype(np.int64)
                greatest = _place(order == owner.reference(order)[place])
                yield from self._origins(owner.x, greatest)
                x[greatest] = np.iinfo(np.int32).min
        elif isinstance(owner, QuantizedOp):
            yield self._rounded(owner, place)

    def _of(self, value: SSAValue) -> IntArray:
        return self.golden[self._names[value]]

    def _entered(self, argument: BlockArgument, place: Place) -> tuple[Rounding, Fraction]:
        entry = entries_of(self.module)[inputs_of(self.module).index(argument)]
        x = Fraction(float(self.xs[entry.source][place]))
        scale, factor, offset = (
            at(dense_float(c), place[1:]) for c in (entry.scale, entry.factor, entry.offset)
        )
        return ROUNDINGS[entry.rounding], (x * factor + offset) / scale

    def _rounded(self, op: QuantizedOp, place: Place) -> tuple[Rounding, Fraction]:
        site = op.attributes[SITE]
        assert isinstance(site, IntegerAttr)
        end = self._ends[site.value.data]
        region = region_of(end)
        q = [int(self._of(operand)[place]) for operand in op.operands]
        model, ours = region.leaves[0].owner, op.operands[0].owner
        if isinstance(model, Linear) and isinstance(ours, Linear):
            q[0] *= int(row_signs(model, ours)[place[-1]])
        x = region.exact_reals(q, place[1:])[end.x]
        zero = 0 if end.zero_after.value.data else end.zero_point.value.data
        return end.mode(), end.steps(x, place=place[1:]) + zero


def _distance(mode: Rounding, position: Fraction) -> Fraction:
    """From the nearest jump, of the position."""
    beyond = position - mode.edge
    return abs(beyond - round(beyond)) / max(abs(position), Fraction(1))


def _place(where: Array) -> Place:
    """The only one that is so."""
    ((*place,),) = np.argwhere(where).tolist()
    return tuple(place)
