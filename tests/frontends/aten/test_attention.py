"""Softmax and attention, by their parts."""

from collections.abc import Callable
from typing import Any

import brevitas.nn as qnn
import pytest
import torch
import torch.nn.functional as fn
from tests.helpers.faithful import captured_and_equal, example, operators
from torch import Tensor, nn

from tercet.errors import UnsupportedError
from tercet.quantizers import PixelInput

HEADS = (2, 4, 3)


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_softmax_is_torchs(axis: int) -> None:
    assert operators(captured_and_equal(nn.Softmax(axis), example(3, 4))) == ["softmax"]
    assert operators(captured_and_equal(nn.LogSoftmax(axis), example(3, 4))) == ["softmax"]
    captured_and_equal(nn.Softmin(axis), example(3, 4))


@pytest.mark.parametrize(
    "attend",
    [
        lambda q, k, v: fn.scaled_dot_product_attention(q, k, v),
        lambda q, k, v: fn.scaled_dot_product_attention(q, k, v, is_causal=True),
        lambda q, k, v: fn.scaled_dot_product_attention(q, k, v, scale=0.5),
        lambda q, k, v: fn.scaled_dot_product_attention(q, k, v, torch.eye(4, dtype=q.dtype)),
        lambda q, k, v: fn.scaled_dot_product_attention(q, k, v, torch.eye(4).bool()),
        lambda q, k, v: (
            torch.softmax((q @ k.mT / 2).masked_fill(torch.ones(4, 4).tril() == 0, -torch.inf), -1)
            @ v
        ),
    ],
)
def test_attention_is_torchs(attend: Callable[..., Any]) -> None:
    queries, keys, values = (example(*HEADS, seed=seed) for seed in range(3))
    module = captured_and_equal(attend, queries, keys, values)
    assert [name for name in operators(module) if name in ("matmul", "softmax")] == [
        "matmul", "softmax", "matmul",
    ]  # fmt: skip


class Attends(nn.Module):
    """Attention of Brevitas on one sequence."""

    def __init__(self, need_weights: bool = False, masked: bool = False, **options: Any) -> None:
        super().__init__()
        self.attention = qnn.QuantMultiheadAttention(
            8, 2, softmax_input_quant=PixelInput, **options
        )
        self.need_weights = need_weights
        self.mask = torch.ones(5, 5).triu(1).bool() if masked else None

    def forward(self, x: Tensor) -> Any:
        mask, wish = self.mask, self.need_weights
        result, weights = self.attention(x, x, x, attn_mask=mask, need_weights=wish)
        return (result, weights) if wish else result


def trained(model: nn.Module) -> nn.Module:
    torch.manual_seed(0)
    model.train()
    with torch.no_grad():
        for _ in range(3):
            model(torch.rand(8, 5, 8) * 3 - 1.2)
    return model.eval()


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("masked", [True, False])
def test_attention_of_brevitas_is_brevitas(packed: bool, need_weights: bool, masked: bool) -> None:
    model = Attends(need_weights, masked, packed_in_proj=packed, batch_first=True)
    module = captured_and_equal(trained(model), example(5, 8))
    assert operators(module).count("matmul") == 2
    layers = {op.layer.data for op in module.walk() if hasattr(op, "layer")}
    assert {"attention.out_proj", "attention.v_quant"} <= layers


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Attends(), r"^attention: attention with another axis before the batch"),
        (
            nn.TransformerEncoderLayer(8, 2, batch_first=True),
            r"^self_attn: the weights of nn.MultiheadAttention are floats",
        ),
    ],
)
def test_attention_that_is_not_taken_says_what_is(model: nn.Module, message: str) -> None:
    with pytest.raises(UnsupportedError, match=message):
        captured_and_equal(model, example(5, 8))
