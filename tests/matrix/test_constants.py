"""Constants joined to quantized tensors: zeros, and whatever else lies on their grid."""

from collections.abc import Callable
from typing import Any

import brevitas.nn as qnn
import pytest
import torch
from brevitas.inject.enum import RestrictValueType, ScalingImplType
from tests.helpers.matrix.parts import Does, Shifted, Signed, Unsigned, act, conv, linear, samples
from tests.helpers.matrix.proof import Proof, hold, trained
from torch import Tensor, nn
from torch.nn import functional

from tercet import frontends, passes

Join = Callable[[Tensor], Tensor]


class Eighths(Signed):  # type: ignore[misc]
    """1/8 apart: 0.5 and -1 are on its grid, 0.3 is not."""

    scaling_impl_type = ScalingImplType.CONST
    restrict_scaling_type = RestrictValueType.FP
    min_val, max_val = -16.0, 16.0


def prove(model: nn.Module, *inputs: Tensor) -> Proof:
    """As the other tests of this folder do, but for values that are constant here."""
    ready = trained(model, *inputs)
    captured = frontends.load(ready, inputs)
    return hold(ready, captured, passes.run(captured), *inputs, varied=False)


ROWS: dict[str, Join] = {
    "zeros behind": lambda x: torch.cat([x, torch.zeros(x.shape[0], 3, dtype=x.dtype)], 1),
    "zeros in front": lambda x: torch.cat([torch.zeros(x.shape[0], 3).to(x), x], 1),
    "zeros between": lambda x: torch.cat([x[:, :2], x.new_zeros(x.shape[0], 3), x[:, 2:]], 1),
    "zeros like a part": lambda x: torch.cat([torch.zeros_like(x[:, :3]), x], 1),
    "stacked zeros": lambda x: torch.stack([x, torch.zeros_like(x)], 1).flatten(1)[:, :8],
    "padded": lambda x: functional.pad(x, (1, 2)),
    "multiplied by zero": lambda x: torch.cat([x, 0 * x[:, :3]], 1),
}


@pytest.mark.parametrize("quantizer", [Signed, Shifted, Unsigned])
def test_zeros_beside_a_quantized_tensor_are_on_its_grid(quantizer: type) -> None:
    layers = {f"f{i}": linear(8, 4) for i in range(len(ROWS))}
    joins = list(ROWS.values())
    model = Does(
        lambda m, x: tuple(getattr(m, f"f{i}")(join(m.q(x))) for i, join in enumerate(joins)),
        q=act(quantizer),
        **layers,
    )
    prove(model, samples(5))


def test_constants_on_the_grid_of_their_neighbours_feed_a_layer() -> None:
    model = Does(
        lambda m, x: (
            m.f(torch.cat([m.q(x), torch.full((x.shape[0], 3), 0.5).to(x)], 1)),
            m.g(torch.cat([m.q(x), m.mixed.expand(x.shape[0], 3)], 1)),
        ),
        q=act(Eighths),
        f=linear(8, 4),
        g=linear(8, 4),
    )
    model.register_buffer("mixed", torch.tensor([[-1.0, 0.0, 0.125]]))
    prove(model, samples(5))


def test_a_border_of_zeros_and_channels_of_zeros_feed_a_convolution() -> None:
    model = Does(
        lambda m, x: m.g(
            functional.pad(m.q(m.f(torch.cat([m.q(x), torch.zeros_like(x)], 1))), [1] * 4)
        ),
        q=act(),
        f=conv(6, 4),
        g=conv(4, 3),
    )
    prove(model, samples(3, 6, 5))


def test_a_state_that_starts_at_zero_goes_from_step_to_step() -> None:
    def steps(m: Any, x: Tensor) -> Tensor:
        state = torch.zeros(x.shape[0], 4, dtype=x.dtype)
        for i in range(3):
            state = m.q(torch.tanh(m.f(torch.cat([m.q(x[:, i]), state], 1))))
        return state

    prove(Does(steps, q=qnn.QuantIdentity(), f=linear(7, 4)), samples(3, 3))
