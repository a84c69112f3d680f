"""The operator of a region of one tensor: requantize, threshold or table, whichever is exact."""

import numpy as np

from tercet.errors import UnsupportedError
from tercet.ir.op import IntegerOp
from tercet.ir.ranges import Ranges
from tercet.ir.types import IntArray, tensor_type
from tercet.ops.requantize import Requantize
from tercet.ops.table import Table
from tercet.passes.regions.bounds import bounds, by_channel
from tercet.passes.regions.metadata import name_of, result_of
from tercet.passes.regions.monotone import is_monotone
from tercet.passes.regions.region import Region
from tercet.passes.synthesis.certificate import attach
from tercet.passes.synthesis.rescale import Triples, synthesize
from tercet.passes.synthesis.step_function import (
    Steps,
    every_step,
    find,
    find_turning,
    turns_once,
)
from tercet.passes.synthesis.thresholds import thresholds, turning

SMALL = 256
"""The most values of an operand for which a table is made."""
ENTRIES = 1 << 20
"""The most entries of the tables of one operator."""
VALUES = 1 << 22
"""The most values of a function whose turns are unknown."""


def unary(region: Region, ranges: Ranges, threshold_bits: int) -> list[IntegerOp]:
    """The operator that equals `region` for every integer of its leaf."""
    (leaf,) = region.leaves
    known = ranges.of(leaf)
    size = known.high - known.low + 1
    if size <= SMALL and region.channels == 1:
        return [_table(region, known.low, size)]
    region = by_channel(region)
    low, high = bounds(region, leaf, ranges)
    if not is_monotone(region, leaf):
        if size <= SMALL:
            return [_table(region, known.low, size)]
        return [_certified(turning(region, _found(region, low, high)))]
    steps = find(region, low, high)
    triples = synthesize(steps, region.clip())
    narrow = tensor_type(region.end.q).element_type.width.data <= threshold_bits
    if triples.found.all() and not narrow:
        return [_certified((_requantize(region, triples), steps))]
    if size <= SMALL and not narrow:
        return [_table(region, known.low, size)]
    return [_certified(thresholds(region, steps))]


def _found(region: Region, low: IntArray, high: IntArray) -> Steps:
    """The steps of a function that turns, from its pieces or from all its values."""
    if turns_once(region):
        return find_turning(region, low, high)
    count = int((high - low).max() + 1) * region.channels
    if count > VALUES:
        raise UnsupportedError(
            f"quantizes a function of {count} values that may not be monotone",
            layer=region.layer,
            way_out="quantize the layer's output to 8 bits before it",
        )
    return every_step(region, low, high)


def _certified(made: tuple[IntegerOp, Steps]) -> IntegerOp:
    op, steps = made
    attach(op, steps)
    return op


def _table(region: Region, low: int, size: int) -> Table:
    if region.channels * size > ENTRIES:
        raise UnsupportedError(
            f"needs {region.channels} tables of {size} entries, one for each place that "
            "has a constant of its own",
            layer=region.layer,
            way_out=f"{ENTRIES} entries are the most",
        )
    every = np.repeat(np.arange(low, low + size)[:, None], region.channels, 1)
    return Table(
        region.leaves[0],
        region(every).T,
        low,
        result_of(region, region.layer),
    )


def _requantize(region: Region, triples: Triples) -> Requantize:
    return Requantize(
        region.leaves[0],
        triples.mul,
        triples.add,
        triples.shift,
        triples.clip,
        result_of(region, name_of(region)),
    )
