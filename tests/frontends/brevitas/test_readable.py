"""A graph that is read as torch.export makes it gives the module that the decomposed one gives."""

from collections.abc import Callable

import pytest
import torch
from tests.helpers.matrix.parts import Does, act, conv, entry, linear, norm, relu
from torch import nn
from torch.export import ExportedProgram

from tercet import frontends
from tercet.frontends.brevitas import capture, readable

SHAPE = (1, 3, 8, 8)


def flattening() -> nn.Module:
    layers = conv(3, 4), norm(4), relu(), nn.MaxPool2d(2), nn.Flatten(), linear(36, 5)
    return nn.Sequential(entry(), *layers)


def flattening_outside_of_modules() -> nn.Module:
    return Does(
        lambda m, x: m.fc(m.act(m.first(x).flatten(1).reshape(-1, 2, 96).relu())),
        first=act(),
        act=act(),
        fc=linear(96, 3),
    )


def slicing() -> nn.Module:
    return Does(lambda m, x: m.act(m.first(x)[:, :, 1:, ::2].relu()), first=act(), act=act())


def flattening_what_is_turned() -> nn.Module:
    return Does(
        lambda m, x: m.fc(m.first(x).transpose(2, 3).flatten(1)), first=act(), fc=linear(192, 3)
    )


def writing_in_place() -> nn.Module:
    return Does(lambda m, x: m.act(m.first(x).relu_()), first=act(), act=act())


def with_dropout() -> nn.Module:
    return nn.Sequential(entry(), nn.Dropout(), nn.ReLU(), act())


@pytest.mark.parametrize(
    ("model", "as_it_stands"),
    [
        (flattening, True),
        (flattening_outside_of_modules, True),
        (slicing, True),
        (flattening_what_is_turned, False),
        (writing_in_place, False),
        (with_dropout, False),
    ],
)
def test_the_module_is_that_of_the_decomposed_graph(
    model: Callable[[], nn.Module], as_it_stands: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names of layers included; graphs that cannot be read as they stand are decomposed."""
    found = list[bool]()

    def seen(program: ExportedProgram) -> bool:
        found.append(readable.readable(program))
        return found[-1]

    torch.manual_seed(1)
    network, x = model().eval(), torch.rand(SHAPE)
    monkeypatch.setattr(capture, "readable", seen)
    module = frontends.load(network, x)
    monkeypatch.setattr(capture, "readable", lambda _: False)
    assert str(module) == str(frontends.load(network, x))
    assert found == [as_it_stands]
