"""Parameter entries, decoded by hand, are the closings that they were made of."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from tests.helpers.plans.planned import require_as_reference
from tests.helpers.plans.small import residual, staged_anyhow

from draw.networks.dense import network, requantized, thresholded
from tercet.errors import UnsupportedError
from tercet.ir.families.quantized import Result
from tercet.ir.module import build
from tercet.ir.types import SI8, UI8, IntArray, signed, tensor
from tercet.ops.conv import Conv
from tercet.ops.linear import Linear
from tercet.ops.sum_pool import SumPool
from tercet.ops.table import Table
from tercet.ops.threshold import Threshold
from tercet.targets.fabric.format.frame import Mode
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.stages.stage import Stage
from tercet.targets.fabric.steps.closings import Greatest, Lookup, Rescale, Thresholds
from tercet.targets.fabric.steps.mac import Mac
from tercet.targets.fabric.steps.parameters import post_of
from tercet.targets.fabric.steps.vector import Vector

SPEC = named("T=4,L=5")


def signed_of(word: int, low: int, width: int) -> int:
    value = word >> low & ((1 << width) - 1)
    return value - (1 << width) if value >> (width - 1) else value


def entries(stage: Stage) -> Iterator[tuple[int, list[int]]]:
    """Channel and the 16-byte words of its entries, for everything that a frame looks up."""
    made, post = stage.code.made, stage.post
    per = stage.post.data.shape[1] if isinstance(stage.shape.step, Vector) else post.entries
    for (source, group, lane), channel in np.ndenumerate(made.channels):
        first = group * post.group_step
        if not isinstance(stage.shape.step, Vector):
            first += lane * post.lane_step
        elif post.group_step:
            per = post.group_step
        data = post.data[source % len(post.data), first : first + per]
        yield int(channel), [int.from_bytes(row.tobytes(), "little") for row in data]


def rounded(word: int, sums: int) -> int:
    """What tct_post.sv makes of a sum: B + M x, then a shift that rounds."""
    add, mul, shift = signed_of(word, 0, 58), signed_of(word, 58, 32), word >> 90 & 63
    value = add + mul * sums
    return value + (value >> shift & 1 if shift else 0) >> shift


def stages(seed: int) -> Iterator[Stage]:
    rng = np.random.default_rng(seed)
    yield from staged_anyhow(rng, residual(rng), SPEC).stages
    module = network(rng, (20, 12, 9), (requantized(SI8), thresholded(signed(3))))
    yield from staged_anyhow(rng, module, SPEC).stages


@pytest.mark.parametrize("seed", range(3))
def test_a_rescaled_sum_is_rounded_to_the_nearest_even(seed: int) -> None:
    rng, count = np.random.default_rng(seed), 0
    for stage in stages(seed):
        step, closing = stage.shape.step, stage.shape.step.closing
        if not isinstance(closing, Rescale) or step.accumulators is None:
            continue
        bias = step.accumulators.bias
        for channel, (word,) in entries(stage):
            for x in (*rng.integers(-5000, 5000, 20).tolist(), 0, -1):
                if not 0 <= channel < step.result.channels:
                    assert rounded(word, x) == step.result.zero_point
                    continue
                row = channel % len(closing.mul), channel % len(closing.add)
                mul, add = int(closing.mul[row[0], 0]), int(closing.add[row[1]])
                shift = int(closing.shift[channel % len(closing.shift)])
                exact = Fraction(mul * (x + int(bias[channel])) + add, 1 << shift)
                assert rounded(word, x) == round(exact)
                count += 1
    assert count > 500


def test_items_are_added_up_by_their_own_factors() -> None:
    found = 0
    for stage in stages(7):
        step, closing = stage.shape.step, stage.shape.step.closing
        if not isinstance(step, Vector) or not isinstance(closing, Rescale):
            continue
        assert stage.post.mode is Mode.PRODUCT
        for channel, words in entries(stage):
            if 0 <= channel < step.result.channels:
                assert [signed_of(w, 58, 32) for w in words] == closing.mul[0].tolist()
                half = (1 << int(closing.shift[0]) - 1) - 1
                assert [signed_of(w, 0, 58) for w in words] == [int(closing.add[0]) + half, 0]
                found += 1
    assert found


def test_thresholds_stand_in_the_low_bits_less_the_bias() -> None:
    found = 0
    for stage in stages(8):
        step, closing = stage.shape.step, stage.shape.step.closing
        if not isinstance(closing, Thresholds) or step.accumulators is None:
            continue
        bias = step.accumulators.bias
        for channel, words in entries(stage):
            if 0 <= channel < step.result.channels:
                want = closing.steps[channel % len(closing.steps)] - bias[channel]
                assert [signed_of(w, 0, 32) for w in words] == want.tolist()
                found += 1
    assert found


def test_a_table_has_eight_results_an_entry() -> None:
    rng = np.random.default_rng(1)
    table = rng.integers(-128, 128, (1, 256))
    module = build([tensor((1, 6), UI8)], lambda x: [Table(x, table, 0, Result(SI8, "any"))])
    (stage,) = (s for s in staged_anyhow(rng, module, SPEC).stages if s.post.mode is Mode.TABLE)
    assert isinstance(stage.shape.step.closing, Lookup)
    words = [int.from_bytes(row.tobytes(), "little") for row in stage.post.data[0]]
    found = [signed_of(words[i // 8], 10 * (i % 8), 10) for i in range(256)]
    assert found == table[0].tolist()
    assert stage.post.offset == 0


def test_the_greatest_needs_no_entry() -> None:
    greatest = [s for s in stages(2) if isinstance(s.shape.step.closing, Greatest)]
    assert greatest
    for stage in greatest:
        assert stage.post.data.size == 0
        assert stage.post.offset == stage.shape.step.result.zero_point


def test_a_factor_that_an_entry_cannot_hold_is_refused() -> None:
    stage = next(s for s in stages(1) if isinstance(s.shape.step.closing, Rescale))
    step, made = stage.shape.step, stage.code.made
    assert isinstance(step.closing, Rescale)
    assert isinstance(step, Mac)
    for wide in (
        replace(step.closing, mul=step.closing.mul << 31),
        replace(step.closing, add=step.closing.add + (1 << 57)),
        replace(step.closing, shift=0 * step.closing.shift + 51),
    ):
        with pytest.raises(UnsupportedError, match=f"{step.name}: channel . is rescaled by"):
            post_of(replace(step, closing=wide), made, SPEC)


@pytest.mark.parametrize("low", [-9, -5, -2, 0, 3])
def test_thresholds_count_to_zero_whatever_the_results(low: int, rng: np.random.Generator) -> None:
    """For channels that there are not: thresholds that every sum reaches, or none, are added."""

    def close(
        rng: np.random.Generator, layer: Linear | Conv | SumPool, sums: IntArray
    ) -> Threshold:
        steps = np.sort(rng.choice(sums.ravel(), (sums.shape[1], 5)), axis=1)
        return Threshold(layer.acc, steps, low, Result(SI8, layer.layer.data))

    module = network(rng, (12, 7, 5), (close, None))
    plan = make(module, named("T=4,L=5"))
    assert require_as_reference(module, plan, rng.integers(0, 256, (3, 12))) > 0
