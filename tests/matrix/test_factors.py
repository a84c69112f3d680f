"""Factors of both signs behind a layer: one for each place, token or channel."""

from typing import Any

import pytest
import torch
from tests.helpers.matrix.parts import Does, Nibble, SignedNibble, act, entry, linear, samples
from tests.helpers.matrix.proof import prove
from torch import Tensor, nn


def factors(case: str, tokens: int = 4, outputs: int = 3) -> Tensor:
    """Which of the places of a layer's result fall, as factors of both signs."""
    found = torch.ones(tokens, outputs)
    places: Any = {
        "one place": (1, 2),
        "one token": 1,
        "one channel": (slice(None), 0),
        "as many tokens as channels": (0, slice(None)),
        "a checkerboard": (torch.arange(tokens)[:, None] + torch.arange(outputs)) % 2 == 0,
    }[case]
    found[places] *= -1
    return found * torch.linspace(0.7, 1.3, found.numel()).reshape(found.shape)


FALLING = {
    "one place": 4,
    "one token": 4,
    "one channel": 4,
    "as many tokens as channels": 3,
    "a checkerboard": 2,
}
"""How many tokens each case has."""


@pytest.mark.parametrize("case", FALLING)
def test_a_factor_of_either_sign_for_places_of_a_layer(case: str) -> None:
    """Thresholds fall where one output rises for some tokens and falls for others."""
    factor = factors(case, FALLING[case])
    model = Does(
        lambda m, x: (
            m.g(torch.sigmoid(m.a(x) * m.factor)),
            m.h(torch.tanh(m.b(x) * m.factor[:, :1]) + m.factor),
        ),
        a=linear(20, 3, bias=False),
        b=linear(20, 3),
        g=act(Nibble),
        h=act(SignedNibble),
    )
    model.register_buffer("factor", factor)
    prove(nn.Sequential(entry(), model), samples(FALLING[case], 20) / 8)
