"""Integers in other places: views, slices, borders, larger images."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from tests.helpers.matrix.parts import (
    Does,
    Fan,
    Shifted,
    act,
    conv,
    entry,
    groups,
    linear,
    named,
    norm,
    relu,
    samples,
)
from tests.helpers.matrix.proof import prove
from torch import Tensor, nn
from torch.nn import functional

MOVES: dict[str, Callable[[Any], Tensor]] = {
    "flatten": lambda x: torch.flatten(x, 1),
    "flatten, last axes": lambda x: x.flatten(2),
    "view": lambda x: x.view(x.shape[0], -1),
    "view, three axes": lambda x: x.view(x.size(0), 2, -1),
    "reshape": lambda x: x.reshape(-1, 6, 4, 2),
    "unflatten": lambda x: x.unflatten(1, (2, 2)),
    "permute": lambda x: x.permute(0, 2, 3, 1),
    "transpose": lambda x: x.transpose(1, 2),
    "transpose, flattened": lambda x: x.transpose(-1, -2).flatten(1),
    "permuted batch, unbind": lambda x: x.permute(2, 0, 3, 1).unbind(0)[4],
    "permuted batch, index": lambda x: x.permute(3, 1, 0, 2)[1, 2],
    "transposed batch, index": lambda x: x.transpose(0, 1)[-1],
    "permuted there and back": lambda x: x.permute(1, 2, 0, 3).permute(2, 0, 1, 3),
    "movedim": lambda x: torch.movedim(x, 1, -1),
    "unsqueeze": lambda x: x.unsqueeze(1),
    "unsqueeze, last": lambda x: x.unsqueeze(-1),
    "squeeze": lambda x: x[:, :1].squeeze(1),
    "squeeze, last": lambda x: x[..., :1].squeeze(-1),
    "slice": lambda x: x[:, 1:3],
    "slice, steps": lambda x: x[:, :, ::2, 1:],
    "slice, from the end": lambda x: x[:, :-1, -3:],
    "index": lambda x: x[:, 2],
    "ellipsis": lambda x: x[..., 0],
    "select": lambda x: x.select(2, 1),
    "narrow": lambda x: x.narrow(1, 1, 2),
    "flip": lambda x: x.flip(2),
    "roll": lambda x: torch.roll(x, 1, 2),
    "chunk": lambda x: x.chunk(2, 1)[1],
    "split": lambda x: torch.split(x, [1, 3], 1)[1],
    "split, joined the other way": lambda x: torch.cat(x.split(2, 1)[::-1], 1),
    "unbind": lambda x: x.unbind(1)[3],
    "shuffle": lambda x: x.view(-1, 2, 2, 6, 2).transpose(1, 2).reshape(-1, 4, 6, 2),
    "expand": lambda x: x[:, :1].expand(-1, 3, -1, -1),
    "repeat": lambda x: x.repeat(1, 2, 1, 3),
    "repeat_interleave": lambda x: x.repeat_interleave(2, 1),
    "pad": lambda x: functional.pad(x, (1, 2)),
    "pad, all axes": lambda x: functional.pad(x, (1, 0, 2, 1, 0, 1)),
    "pad, value": lambda x: functional.pad(x, (1, 1), value=0.4),
    "pad, reflect": lambda x: functional.pad(x, (1, 1, 1, 1), mode="reflect"),
    "interpolate": lambda x: functional.interpolate(x, scale_factor=2, mode="nearest"),
    "interpolate, size": lambda x: functional.interpolate(x, size=(9, 4)),
    "pixel_shuffle": lambda x: functional.pixel_shuffle(x, 2),
    "contiguous": lambda x: x.contiguous().clone(),
}


class Moved(nn.Module):
    """Moves a quantized tensor, and the sums of a convolution; each is quantized afterwards."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.names, self.entry = names, act(Shifted)
        self.conv, self.norm = conv(4, 4, padding=1), norm(4)
        self.first = nn.ModuleList([act() for _ in names])
        self.second = nn.ModuleList([act() for _ in names])

    def forward(self, x: Tensor) -> Any:
        x = self.entry(x)
        y = self.norm(self.conv(x))
        moves = [MOVES[name] for name in self.names]
        return (
            *(out(move(x)) for out, move in zip(self.first, moves, strict=True)),
            *(out(move(y)) for out, move in zip(self.second, moves, strict=True)),
        )


@pytest.mark.parametrize("names", groups(list(MOVES), 8), ids=named)
def test_a_function_that_moves_data(names: Sequence[str]) -> None:
    prove(Moved(names), samples(4, 6, 2))


LAYERS: list[nn.Module] = [
    nn.Flatten(),
    nn.Flatten(2),
    nn.Unflatten(1, (2, 2)),
    nn.Upsample(scale_factor=2),
    nn.Upsample(scale_factor=3),
    nn.Upsample(scale_factor=(1, 3)),
    nn.Upsample(size=(12, 6)),
    nn.UpsamplingNearest2d(scale_factor=2),
    nn.ZeroPad2d(1),
    nn.ZeroPad2d((1, 0, 2, 3)),
    nn.ConstantPad2d(1, 0.5),
    nn.ReflectionPad2d(1),
    nn.ReplicationPad2d((1, 2, 1, 0)),
    nn.PixelShuffle(2),
    nn.PixelUnshuffle(2),
    nn.ChannelShuffle(2),
    nn.Dropout(),
    nn.Dropout2d(),
    nn.Identity(),
]


@pytest.mark.parametrize("layers", groups(LAYERS, 10), ids=named)
def test_a_layer_that_moves_data(layers: Sequence[nn.Module]) -> None:
    branches = [nn.Sequential(layer, act()) for layer in layers]
    branches += [nn.Sequential(conv(4, 4, padding=1), layer, relu()) for layer in layers]
    prove(Fan(act(Shifted), *branches), samples(4, 6, 4))


def test_layers_of_one_axis_that_move_data() -> None:
    layers = nn.Upsample(scale_factor=3), nn.ConstantPad1d((1, 2), -0.3), nn.ZeroPad1d(2)
    more = nn.ReflectionPad1d(2), nn.ReplicationPad1d(1), nn.AdaptiveAvgPool1d(1)
    prove(Fan(entry(), *(nn.Sequential(x, act()) for x in (*layers, *more))), samples(3, 7))


def test_a_layer_reads_what_was_moved() -> None:
    """No quantizer in between: the integers move, and the layer takes them as they are."""

    def do(m: Any, x: Tensor) -> Any:
        x = m.relu(m.conv(m.entry(x)))
        tokens = x.flatten(2).transpose(1, 2)
        padded = m.last(functional.pad(x, (1, 1, 0, 2)))
        large = m.last(functional.interpolate(x, scale_factor=2))
        return m.fc(tokens), m.flat(x.flatten(1)), padded, large, m.fc(tokens[:, 0])

    layers = {"conv": conv(3, 6), "relu": relu(Shifted), "fc": linear(6, 5)}
    ends = {"flat": linear(6 * 4 * 3, 4), "last": conv(6, 2, bias=True)}
    prove(Does(do, entry=act(), **layers, **ends), samples(3, 6, 5))


def test_the_usual_mlp_begins_with_flatten() -> None:
    layers = nn.Flatten(), act(), linear(30, 8), relu(), linear(8, 4)
    prove(nn.Sequential(*layers), samples(1, 5, 6))
    prove(nn.Sequential(act(), *layers[:1], linear(30, 8), relu()), samples(1, 5, 6))
