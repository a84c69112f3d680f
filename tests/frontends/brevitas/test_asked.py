"""A forward that asks whether its tensors are quantized gets the answers of the run."""

import builtins
from typing import Any

import brevitas.nn as qnn
import pytest
import torch
from brevitas.quant_tensor import IntQuantTensor, QuantTensor
from tests.helpers.matrix.parts import Does, entry, linear, samples
from tests.helpers.matrix.proof import prove
from torch import Tensor

PLAIN = isinstance


def asserting(m: Any, x: Tensor) -> Any:
    left = m.act(x)
    right = m.act(m.f(left))
    assert isinstance(left, QuantTensor), "left operand is quantized"
    assert isinstance(right, IntQuantTensor)
    return m.last(left + right)


def raising(m: Any, x: Tensor) -> Any:
    left = m.act(x)
    right = m.act(m.f(left))
    for one in (left, right):
        if not isinstance(one, QuantTensor | Tensor) or isinstance(x, QuantTensor):
            raise TypeError("wanted quantized tensors")
    return m.last(left + right)


def unpacking(m: Any, x: Tensor) -> Any:
    """The same place is asked about a plain tensor, then about a quantized one."""
    x = m.act(x)
    found = [one.value if isinstance(one, (QuantTensor,)) else 2 * one for one in (m.f(x), x)]
    return m.last(found[0] + found[1].flip(1))


@pytest.mark.parametrize("do", [asserting, raising, unpacking])
def test_questions_about_quantized_tensors_are_answered_as_in_the_run(do: Any) -> None:
    model = Does(do, act=entry(bit_width=6), f=linear(6, 6), last=qnn.QuantReLU(bit_width=4))
    prove(model, samples(6, rows=30))
    assert builtins.isinstance is PLAIN
    assert not hasattr(Tensor, "value")


def test_a_branch_on_what_a_layer_returns_takes_its_side() -> None:
    def do(m: Any, x: Tensor) -> Any:
        x = m.act(x)
        found = torch.relu(x) if isinstance(x, QuantTensor) else torch.sigmoid(x)
        return m.last(found)

    prove(Does(do, act=entry(), last=qnn.QuantIdentity()), samples(6, rows=30))
    prove(Does(do, act=qnn.QuantIdentity(), last=qnn.QuantIdentity()), samples(6, rows=30))
