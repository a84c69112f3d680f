"""Data movement: nothing is computed."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as fn
from tests.frontends.faithful import captured, example, operators
from torch import nn

from tercet.errors import UnsupportedError

MOVEMENT = {"reshape", "transpose", "slice", "concat", "repeat", "broadcast"}
MOVES: list[Callable[..., Any]] = [
    lambda x: x.view(x.shape[0], -1),
    lambda x: x.reshape(x.size(0), 2, 2, -1),
    lambda x: torch.flatten(x, 2),
    lambda x: x.unflatten(1, (2, 2)),
    lambda x: x.permute(0, 2, 3, 1),
    lambda x: x.transpose(1, -1),
    lambda x: x.movedim(1, -1),
    lambda x: x.mT,
    lambda x: x[:, :1].squeeze(1).unsqueeze(-1),
    lambda x: x[:, :1, :, :1].squeeze(),
    lambda x: x[:, :1, :, :1].squeeze((1, 3)),
    lambda x: torch.concat((x, x), 2).swapaxes(1, 2),
    lambda x: torch.broadcast_to(x[:, :1], (x.shape[0], 3, 6, 6)),
    lambda x: x[:, 1:4:2, ::3, -1],
    lambda x: x[:, [2, 0, 1]],
    lambda x: x.index_select(3, torch.tensor([0, 2, 4])),
    lambda x: x.narrow(1, 1, 2),
    lambda x: x.chunk(3, 1),
    lambda x: torch.split(x, [1, 3], 1)[1],
    lambda x: x.split(4, -1)[0],
    lambda x: x.unbind(2)[1::2],
    lambda x: torch.tensor_split(x, 3, 2)[0],
    lambda x: torch.cat([x, x[:, 1:]], 1),
    lambda x: torch.cat(x.chunk(2, 1)[::-1], -1),
    lambda x: torch.stack([x, x.flip(1)], -1),
    lambda x: torch.hstack((x, x)),
    lambda x: x[:, :, :1].expand(-1, -1, 7, -1),
    lambda x: x.repeat(1, 2, 1, 3),
    lambda x: torch.tile(x, (2, 1)),
    lambda x: x.repeat_interleave(3, dim=2),
    lambda x: x.roll((1, 2), (1, 3)),
    lambda x: x.contiguous().clone().detach(),
    lambda x: x.to(memory_format=torch.channels_last),
]
LAYERS: list[nn.Module] = [
    nn.Flatten(),
    nn.Upsample(scale_factor=2),
    nn.Upsample(scale_factor=(1, 3)),
    nn.Upsample(size=(12, 5)),
    nn.UpsamplingNearest2d(scale_factor=1.5),
    nn.PixelShuffle(2),
    nn.PixelUnshuffle(3),
    nn.ChannelShuffle(2),
    nn.ReflectionPad2d((2, 1, 0, 3)),
    nn.ReplicationPad2d(2),
    nn.CircularPad2d(1),
]


def name(index: int) -> str:
    return f"move{index}"


@pytest.mark.parametrize("index", range(len(MOVES)), ids=name)
def test_a_function_that_moves_data_is_torchs(index: int) -> None:
    module = captured(MOVES[index], example(4, 6, 6))
    assert set(operators(module)) <= MOVEMENT


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_a_layer_that_moves_data_is_torchs(layer: nn.Module) -> None:
    assert set(operators(captured(layer, example(4, 6, 6)))) <= MOVEMENT


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
def test_any_nearest_size_is_torchs(mode: str) -> None:
    for size in ((9, 4), (3, 12), (6, 6)):
        captured(lambda x, size=size: fn.interpolate(x, size=size, mode=mode), example(2, 6, 6))
    captured(lambda x: fn.interpolate(x, scale_factor=3, mode=mode), example(2, 5))


def test_a_whole_factor_is_one_operator() -> None:
    assert operators(captured(nn.Upsample(scale_factor=2), example(4, 6, 6))) == ["repeat"]


@pytest.mark.parametrize(
    "pads", [(1, 2), (0, 0, 1, 0), (-1, 2, 1, -2), (1, 1, 1, 1, 1, 1)], ids=str
)
@pytest.mark.parametrize("value", [0.0, -1.5])
def test_constant_borders_are_torchs(pads: tuple[int, ...], value: float) -> None:
    module = captured(lambda x: fn.pad(x, pads, value=value), example(2, 5, 6))
    assert operators(module)[-1] == "pad"


def test_parts_that_nobody_reads_are_left_out() -> None:
    assert operators(captured(lambda x: x.chunk(4, 1)[2], example(4, 3))) == ["slice"]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.view(1, -1),
        lambda x: x.view(-1, 6),
        lambda x: x.permute(1, 0, 2),
        lambda x: x[0],
        lambda x: x.flatten(1).t(),
        lambda x: x.flip(0),
        lambda x: x - x.mean(0, keepdim=True),
        lambda x: torch.cat([x, x], 0),
        lambda x: x.unsqueeze(0),
        lambda x: x.repeat(2, 1, 1),
        lambda x: x.mean(),
    ],
)
def test_rows_of_a_batch_never_mix(function: Callable[..., Any]) -> None:
    with pytest.raises(UnsupportedError, match="batch"):
        captured(function, example(4, 6))
