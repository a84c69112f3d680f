"""Data movement: nothing is computed."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as fn
from tests.helpers.faithful import captured_and_equal, example, operators
from torch import nn

from tercet.errors import UnsupportedError

MOVEMENT = {"reshape", "transpose", "slice", "concat", "repeat", "broadcast"}
MOVES: dict[str, Callable[..., Any]] = {
    "view": lambda x: x.view(x.shape[0], -1),
    "reshape": lambda x: x.reshape(x.size(0), 2, 2, -1),
    "flatten from an axis": lambda x: torch.flatten(x, 2),
    "unflatten": lambda x: x.unflatten(1, (2, 2)),
    "permute": lambda x: x.permute(0, 2, 3, 1),
    "transpose": lambda x: x.transpose(1, -1),
    "movedim": lambda x: x.movedim(1, -1),
    "mT": lambda x: x.mT,
    "squeeze and unsqueeze": lambda x: x[:, :1].squeeze(1).unsqueeze(-1),
    "squeeze all": lambda x: x[:, :1, :, :1].squeeze(),
    "squeeze some": lambda x: x[:, :1, :, :1].squeeze((1, 3)),
    "swapaxes of concat": lambda x: torch.concat((x, x), 2).swapaxes(1, 2),
    "broadcast_to": lambda x: torch.broadcast_to(x[:, :1], (x.shape[0], 3, 6, 6)),
    "slices with steps and an index": lambda x: x[:, 1:4:2, ::3, -1],
    "a list of indices": lambda x: x[:, [2, 0, 1]],
    "index_select": lambda x: x.index_select(3, torch.tensor([0, 2, 4])),
    "narrow": lambda x: x.narrow(1, 1, 2),
    "chunk": lambda x: x.chunk(3, 1),
    "split by sizes": lambda x: torch.split(x, [1, 3], 1)[1],
    "split": lambda x: x.split(4, -1)[0],
    "unbind": lambda x: x.unbind(2)[1::2],
    "tensor_split": lambda x: torch.tensor_split(x, 3, 2)[0],
    "cat": lambda x: torch.cat([x, x[:, 1:]], 1),
    "cat of chunks turned round": lambda x: torch.cat(x.chunk(2, 1)[::-1], -1),
    "stack beside flip": lambda x: torch.stack([x, x.flip(1)], -1),
    "hstack": lambda x: torch.hstack((x, x)),
    "expand": lambda x: x[:, :, :1].expand(-1, -1, 7, -1),
    "repeat": lambda x: x.repeat(1, 2, 1, 3),
    "tile": lambda x: torch.tile(x, (2, 1)),
    "repeat_interleave": lambda x: x.repeat_interleave(3, dim=2),
    "roll": lambda x: x.roll((1, 2), (1, 3)),
    "contiguous, clone and detach": lambda x: x.contiguous().clone().detach(),
    "another memory format": lambda x: x.to(memory_format=torch.channels_last),
}
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


@pytest.mark.parametrize("name", MOVES)
def test_a_function_that_moves_data_is_torchs(name: str) -> None:
    module = captured_and_equal(MOVES[name], example(4, 6, 6))
    assert set(operators(module)) <= MOVEMENT


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_a_layer_that_moves_data_is_torchs(layer: nn.Module) -> None:
    assert set(operators(captured_and_equal(layer, example(4, 6, 6)))) <= MOVEMENT


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
def test_any_nearest_size_is_torchs(mode: str) -> None:
    for size in ((9, 4), (3, 12), (6, 6)):
        captured_and_equal(
            lambda x, size=size: fn.interpolate(x, size=size, mode=mode), example(2, 6, 6)
        )
    captured_and_equal(lambda x: fn.interpolate(x, scale_factor=3, mode=mode), example(2, 5))


def test_a_whole_factor_is_one_operator() -> None:
    assert operators(captured_and_equal(nn.Upsample(scale_factor=2), example(4, 6, 6))) == [
        "repeat"
    ]


@pytest.mark.parametrize(
    "pads", [(1, 2), (0, 0, 1, 0), (-1, 2, 1, -2), (1, 1, 1, 1, 1, 1)], ids=str
)
@pytest.mark.parametrize("value", [0.0, -1.5])
def test_constant_borders_are_torchs(pads: tuple[int, ...], value: float) -> None:
    module = captured_and_equal(lambda x: fn.pad(x, pads, value=value), example(2, 5, 6))
    assert operators(module)[-1] == "pad"


def test_parts_that_nobody_reads_are_left_out() -> None:
    assert operators(captured_and_equal(lambda x: x.chunk(4, 1)[2], example(4, 3))) == ["slice"]


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
        captured_and_equal(function, example(4, 6))
