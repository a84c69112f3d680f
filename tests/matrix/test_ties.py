"""What excuses a float64: an exact distance of next to nothing, wherever the element is seen."""

from typing import Any

import numpy as np
import pytest
import torch
from tests.helpers.matrix.parts import Does, Shifted, act, conv, linear, norm, samples
from tests.helpers.matrix.proof import rows_of, trained
from tests.helpers.matrix.ties import Ties
from torch import Tensor
from torch.nn import functional

from tercet import frontends, passes
from tercet.ir.host.boundary import entries_of, quantize_inputs
from tercet.ops.threshold import Threshold
from tercet_golden import integer
from tercet_golden.user_model import torch_run
from tercet_golden.user_model.explained_differences import Explained


def seen_everywhere(m: Any, x: Tensor) -> Any:
    """Quantizers behind a pool, a transposition, a concatenation and falling sums."""
    x = m.entry(x)
    a = m.pooled(functional.max_pool2d(m.norm(m.conv(x)), 2))
    b = m.turned(m.conv(x).transpose(1, 2))
    c = m.joined(torch.cat([m.conv(x), m.side(x)], 1))
    d = m.fallen(m.gain(m.fc(x.flatten(1))))
    return a, b, c, d, m.sum(m.one(x) + m.two(m.side(x)[:, :3]))


def made(threshold_bits: int) -> tuple[torch.nn.Module, Ties]:
    layers = {"conv": conv(3, 4, padding=1), "norm": norm(4), "side": conv(3, 4, padding=1)}
    layers |= {"fc": linear(60, 6), "gain": norm(6, 1)}
    names = ("entry", "pooled", "turned", "joined", "fallen", "one", "sum")
    grids = {name: act() for name in names} | {"two": act(Shifted)}
    x = samples(3, 5, 4)
    model = trained(Does(seen_everywhere, **layers, **grids), x)
    captured = frontends.load(model, x)
    module = passes.run(captured, passes.in_order(threshold_bits))
    xs = rows_of(module, [x])
    golden = integer.run(module, *quantize_inputs(module, *xs))
    return model, Ties(captured, module, xs, golden)


@pytest.mark.parametrize("threshold_bits", [0, 8])
def test_the_exact_position_is_the_one_that_pytorch_sees(threshold_bits: int) -> None:
    model, ties = made(threshold_bits)
    negated = [op for op in ties.module.walk() if isinstance(op, Threshold)]
    assert bool(negated) == bool(threshold_bits)
    compared, rng = 0, np.random.default_rng(0)
    for name, seen in torch_run.run(model, ties.module, ties.xs, torch.float64).items():
        for flat in rng.choice(seen.want.size, 40, replace=False):
            place = tuple(int(i) for i in np.unravel_index(flat, seen.want.shape))
            found = [float(exact) for _, exact in ties.positions(name, place)]
            near = np.abs(np.array(found) - seen.position[place])
            assert near.min() < 1e-9 * max(1, abs(seen.position[place])), (name, place)
            compared += 1
    assert compared > 200


def test_only_a_tie_excuses() -> None:
    _, ties = made(0)
    (entry,) = entries_of(ties.module)
    step = float(entry.scale)
    for beyond, excused in ((0.0, True), (1e-13, True), (1e-11, False), (0.1, False)):
        ties.xs[0][0, 0, 0, 0] = (3.5 + beyond) * step
        one = Explained("x", 0, (0, 0, 0), 4, 3, 0.0)
        assert ties.excuses(one) is excused
    for name, value in ties.golden.items():
        vector, *element = (n - 1 for n in value.shape)
        assert not ties.excuses(Explained(name, vector, tuple(element), 0, 1, 0)), name
