"""Certificates: the steps by which a requantize or threshold equals the model on its whole range.

The pass writes one beside its operator, and `proofs` re-checks it. The argument: between two
neighbouring steps both sides are constant or monotone in the same direction, so equality next to
every step and at both ends is equality everywhere.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from math import prod

import numpy as np
from xdsl.dialects.builtin import DictionaryAttr, ModuleOp

from tercet.errors import VerifyError
from tercet.ir.families.accumulator import AccumulatorOp
from tercet.ir.module import ops_of
from tercet.ir.op import IntegerOp
from tercet.ir.ranges import Ranges
from tercet.ir.types import (
    SI8,
    SI32,
    SI64,
    Dense,
    FloatArray,
    IntArray,
    dense,
    floats_of,
    shape_of,
    values_of,
)
from tercet.ops.requantize import Requantize
from tercet.ops.threshold import Threshold
from tercet.passes.synthesis.step_function import Steps

ATTRIBUTE = "certificate"
SITE = "site"
"""Attribute of an integer operator: the index of the quantizer that it replaces."""
LATTICE = "lattice"
"""Attribute of an integer operator: the lattice of that quantizer's structural ties, if any."""


@dataclass(frozen=True)
class Certificate:
    """The certificate of one channel of one operator.

    With u = sign * acc, for every u from low to high: y = first + the sum of the deltas of all
    steps t <= u.
    """

    layer: str
    channel: int
    low: int
    high: int
    sign: int
    first: int
    steps: tuple[int, ...]
    deltas: tuple[int, ...]
    """For each step 1 if y rises, -1 if it falls, 0 if the function only turns."""
    reachable: tuple[int, int]
    """The interval of acc, computed anew from the weights and the input's range."""
    method: str = ""
    """The kind of the operator that computes this function: "requantize" or "threshold"."""
    clip: tuple[int, int] = (0, 0)
    """The bounds to which that operator clips."""
    triple: tuple[int, int, int] | None = None
    """A requantize's mul, add and shift."""
    thresholds: tuple[int, ...] | None = None
    """A threshold's thresholds."""
    directions: tuple[int, ...] | None = None
    """The 1 or -1 that each threshold adds."""

    def at(self, u: int) -> int:
        """The certified value at `u`."""
        return self._levels[bisect_right(self.steps, u)]

    @cached_property
    def _levels(self) -> tuple[int, ...]:
        """The value before the first step, behind it, and behind each further one."""
        return tuple(accumulate(self.deltas, initial=self.first))


def attach(op: IntegerOp, steps: Steps) -> None:
    """Write the certificates of all channels of `op` as its attributes."""
    op.attributes[ATTRIBUTE] = DictionaryAttr(
        {
            "low": dense(steps.low, SI64),
            "high": dense(steps.high, SI64),
            "sign": dense(steps.sign, SI8),
            "first": dense(steps.first, SI32),
            "steps": dense(steps.at, SI64),
            "deltas": dense(np.ones_like(steps.at) if steps.delta is None else steps.delta, SI8),
        }
    )


def lattice_of(op: IntegerOp) -> FloatArray | None:
    """The lattice of each place of a row, 0 for none; None if the operator claims none."""
    claimed = op.attributes.get(LATTICE)
    return floats_of(claimed) if isinstance(claimed, Dense) else None


def certificates(module: ModuleOp) -> list[Certificate]:
    """The certificate of every channel of every requantize and threshold, in order."""
    return [one for _, channels in certified(module) for one in channels]


def certified(module: ModuleOp) -> list[tuple[IntegerOp, list[Certificate]]]:
    """Every requantize and threshold, with the certificate of each channel."""
    readers: dict[type[IntegerOp], Callable[[IntegerOp, Ranges], list[Certificate]]] = {
        Requantize: _of_requantize,
        Threshold: _of_threshold,
    }
    ranges = Ranges()
    found = [op for op in ops_of(module) if type(op) in readers]
    return [(op, readers[type(op)](op, ranges)) for op in found]


def _of_requantize(op: IntegerOp, ranges: Ranges) -> list[Certificate]:
    assert isinstance(op, Requantize)
    triples = np.stack(op.triples(), 1).tolist()
    clip = op.low.value.data, op.high.value.data
    return [
        replace(claim, method="requantize", clip=clip, triple=(mul, add, shift))
        for claim, (mul, add, shift) in zip(_claims(op, ranges), triples, strict=True)
    ]


def _of_threshold(op: IntegerOp, ranges: Ranges) -> list[Certificate]:
    assert isinstance(op, Threshold)
    rows, low = op.rows(), op.low.value.data
    signs = op.signs()
    clip = low, low + rows.shape[1]
    return [
        replace(claim, method="threshold", clip=clip, thresholds=tuple(row), directions=tuple(sign))
        for claim, row, sign in zip(_claims(op, ranges), rows.tolist(), signs.tolist(), strict=True)
    ]


def _claims(op: Requantize | Threshold, ranges: Ranges) -> list[Certificate]:
    """Certificates from the attributes of `op` and the ranges of its accumulators.

    The constants of `op` are not yet in them.
    """
    layer = op.layer.data
    stored = op.attributes.get(ATTRIBUTE)
    if not isinstance(stored, DictionaryAttr):
        raise VerifyError(
            f"{op.name} carries no certificate", layer=layer, way_out="make it by the passes"
        )
    low, high, sign, first, steps, deltas = (
        _values(stored, name, layer).tolist()
        for name in ("low", "high", "sign", "first", "steps", "deltas")
    )
    least, greatest = _reach(op, ranges)
    return [
        Certificate(
            layer=layer,
            channel=n,
            low=low[n],
            high=high[n],
            sign=sign[n],
            first=first[n],
            steps=tuple(t for t in steps[n] if t <= high[n]),
            deltas=tuple(d for t, d in zip(steps[n], deltas[n], strict=True) if t <= high[n]),
            reachable=(int(least[n]), int(greatest[n])),
        )
        for n in range(len(low))
    ]


def _reach(op: Requantize | Threshold, ranges: Ranges) -> tuple[IntArray, IntArray]:
    """The least and the greatest accumulator of every channel of `op`, computed anew: [N] each."""
    count, sums = op.channels(), op.acc.owner
    if not isinstance(sums, AccumulatorOp):
        known = ranges.of(op.acc)
        return np.full(count, known.low), np.full(count, known.high)
    row = shape_of(op.acc)[1:]
    place = np.arange(prod(row))
    behind = prod(row[sums.channel_axis() + 1 :])
    low, high = sums.channels(ranges.of(sums.x))
    of_sums, of_op = place // behind % len(low), place // op.inner.value.data % count
    least, greatest = np.full(count, 2**62), np.full(count, -(2**62))
    np.minimum.at(least, of_op, low[of_sums])
    np.maximum.at(greatest, of_op, high[of_sums])
    return least, greatest


def _values(stored: DictionaryAttr, name: str, layer: str) -> IntArray:
    values = stored.data.get(name)
    if not isinstance(values, Dense):
        raise VerifyError(f"its certificate lacks {name}", layer=layer)
    return values_of(values)
