"""A network in pieces, its tensors in memory, computes the same as a whole."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from tests.helpers.plans import steps_run
from tests.helpers.plans.small import residual

from tercet.ir.types import IntArray
from tercet.targets.fabric.choice.spill import Spill, spilled
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.network.network import Network, Part
from tercet.targets.fabric.network.normal_form import normal
from tercet.targets.fabric.steps.step import Step
from tercet.targets.fabric.tiles.tensor import Tensor


def run_in_pieces(network: Network, x: IntArray) -> dict[int, IntArray]:
    """Step after step with nothing kept but what later steps read without loading it."""
    memory = steps_run.run(replace(network, steps=()), x)
    for step in network.steps:
        for operand in step.operands:
            if operand in network.loaded:
                memory[id(operand)] = brought(memory, operand, network.loaded[operand])
        alone = replace(network, inputs=(), steps=(step,), loaded={}, stored={})
        made = one_step(alone, memory)
        if step.result in network.stored:
            put(memory, made, network.stored[step.result])
        else:
            memory[id(step.result)] = made
    return memory


def one_step(network: Network, memory: Mapping[int, IntArray]) -> IntArray:
    (step,) = network.steps
    whole = np.arange(step.result.positions)
    return steps_run.results(step, dict(memory), whole)


def brought(memory: Mapping[int, IntArray], tensor: Tensor, part: Part) -> IntArray:
    found = memory[id(part.source)][part.region.positions]
    assert len(found) == tensor.positions
    assert (found != steps_run.UNSET).all(), "it is loaded before it is stored"
    return found


def put(memory: dict[int, IntArray], made: IntArray, part: Part) -> None:
    source = part.source
    shape = (source.positions, source.channels)
    whole = memory.setdefault(id(source), np.full(shape, steps_run.UNSET))
    rows = part.region.positions
    assert (whole[rows] == steps_run.UNSET).all(), "two pieces make one row"
    whole[rows] = made


def drawn(rng: np.random.Generator, network: Network) -> Spill:
    """Some tensors in memory; some steps whose tensors are all there in pieces."""
    results = [step.result for step in network.steps if step.result not in network.outputs]
    tensors = {x for x in (*network.inputs, *results) if rng.random() < 0.7}
    pieces: list[tuple[Step, int]] = [
        (step, int(2 ** rng.integers(1, 5)))
        for step in network.steps
        if step.whole and {*step.operands, step.result} <= tensors
    ]
    return Spill(frozenset(tensors), tuple(pieces))


@pytest.mark.parametrize("seed", range(8))
def test_pieces_compute_what_the_whole_computes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = normal(lower(residual(rng, size=8)))
    x = rng.integers(0, 256, (1, 2, 8, 8))
    want = steps_run.run(network, x)
    pieces = spilled(network, drawn(rng, network))
    assert {cut.of for cut in pieces.pieces.values()} == set(network.steps)
    assert pieces.loaded
    found = run_in_pieces(pieces, x)
    for tensor in network.outputs:
        np.testing.assert_array_equal(found[id(tensor)], want[id(tensor)])
    for part in pieces.stored.values():
        np.testing.assert_array_equal(found[id(part.source)], want[id(part.source)])


def test_a_piece_brings_the_rows_it_reads_and_no_more() -> None:
    network = normal(lower(residual(np.random.default_rng(1), size=8)))
    stem = network.steps[0]
    (x,) = network.inputs
    pieces = spilled(network, Spill(frozenset({x, stem.result}), ((stem, 4),)))
    spans = [
        (part.region.first, t.positions) for t, part in pieces.loaded.items() if part.source is x
    ]
    # two rows of eight a piece, and a row of halo above and below
    assert spans == [(0, 24), (8, 32), (24, 32), (40, 24)]
    kept = [(part.region.first, tensor.positions) for tensor, part in pieces.stored.items()]
    assert kept == [(0, 16), (16, 16), (32, 16), (48, 16)]


def test_nothing_in_memory_changes_nothing() -> None:
    network = normal(lower(residual(np.random.default_rng(1))))
    same = spilled(network, Spill())
    assert len(same.steps) == len(network.steps)
    assert not same.loaded
    assert not same.stored
    assert Spill().finer({network.steps[0]: 2}).count(network.steps[0]) == 2
    assert [same.like(step) for step in same.steps] == list(network.steps)
