"""What a model's own `example()` gives: the same each time, and never called real."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from tercet import frontends
from tercet.errors import CaptureError

NETS = """
import random
import numpy as np
import torch
from torch import nn

class Drawn(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)

    def example(self):
        noise = torch.from_numpy(np.random.rand(2, 3)) + random.random()
        return torch.rand(2, 3) + noise

    def forward(self, x):
        return self.fc(x)

class Fails(Drawn):
    def example(self):
        return self.no_such_thing

class Broken(Drawn):
    def example(self):
        return torch.full((1, 3), float("nan"))
"""


@pytest.fixture
def place(tmp_path: Path) -> str:
    (tmp_path / "nets.py").write_text(NETS)
    return f"{tmp_path}/nets.py"


def test_what_a_model_draws_is_the_same_each_time_and_another_with_another_seed(
    place: str,
) -> None:
    first, again, other = (frontends.resolve(f"{place}:Drawn", seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.samples[0], again.samples[0])
    assert (first.samples[0] != other.samples[0]).all()
    for one, same in zip(_weights(first), _weights(again), strict=True):
        assert torch.equal(one, same)
    assert (first.origin, first.source) == ("example", "example()")


def _weights(model: frontends.Model) -> list[torch.Tensor]:
    assert isinstance(model.module, torch.nn.Module)
    return list(model.module.parameters())


def test_the_callers_own_draws_go_on_as_if_no_model_had_been_made(place: str) -> None:
    def draw() -> tuple[float, ...]:
        return random.random(), float(np.random.rand()), float(torch.rand(()))

    torch.manual_seed(5)
    np.random.seed(5)
    random.seed(5)
    draw(), (want := draw())
    torch.manual_seed(5)
    np.random.seed(5)
    random.seed(5)
    draw()
    frontends.resolve(f"{place}:Drawn")
    assert draw() == want


@pytest.mark.parametrize(
    ("name", "words"),
    [("Fails", r"Fails: example\(\) fails: .*no_such_thing"), ("Broken", "not finite")],
)
def test_an_example_that_cannot_be_used_is_one_sentence(place: str, name: str, words: str) -> None:
    with pytest.raises(CaptureError, match=words):
        frontends.resolve(f"{place}:{name}")
