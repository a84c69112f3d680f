"""The proof itself: one constant of the integer network is changed, and it fails."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import torch
from tests.helpers.matrix.parts import Does, Shifted, act, conv, norm, samples
from tests.helpers.matrix.proof import hold, trained
from torch import Tensor, nn
from torch.nn import functional
from xdsl.dialects.builtin import IntegerAttr, ModuleOp

from tercet import frontends, passes
from tercet.ir.module import ops_of
from tercet.ir.types import Dense, dense, number, values_of


def everything(m: Any, x: Tensor) -> Any:
    """Each of the quantized operators."""
    x = m.entry(x)
    a, b = m.a(m.norm(m.conv(x))), m.b(m.side(x).sigmoid())
    turns = m.turns(functional.gelu(m.conv(x)))
    return m.sum(a + b), m.product(a * b), m.pair(torch.tanh(a + b)), turns, m.table(a.sigmoid())


@dataclass(frozen=True)
class Made:
    model: nn.Module
    x: Tensor
    captured: ModuleOp
    module: ModuleOp


@cache
def made() -> Made:
    torch.manual_seed(5)
    layers = {"conv": conv(3, 4, padding=1), "norm": norm(4), "side": conv(3, 4, padding=1)}
    grids = {name: act() for name in ("a", "sum", "product", "pair", "turns", "table")}
    x = samples(3, 5, 4)
    model = trained(Does(everything, entry=act(), b=act(Shifted), **layers, **grids), x)
    captured = frontends.load(model, x)
    return Made(model, x, captured, passes.run(captured))


FAULTS: list[tuple[str, str, int]] = [
    ("conv", "weight", 1),
    ("requantize", "mul", 1),
    ("requantize", "mul", -1),
    ("requantize", "add", 1 << 20),
    ("requantize", "shift", 1),
    ("requantize", "low", 1),
    ("requantize", "high", -1),
    ("threshold", "thresholds", 1),
    ("threshold", "thresholds", -1),
    ("threshold", "low", 1),
    ("table", "table", 1),
    ("table", "table", -1),
    ("pair_table", "table", 1),
    ("add", "mul_a", 1),
    ("add", "mul_b", -1),
    ("add", "add", 1 << 20),
    ("add", "shift", -1),
    ("mul", "mul", 1),
    ("mul", "zero_b", 1),
]
"""Operator, constant, and what is added to one number of it."""


def damaged(module: ModuleOp, operator: str, constant: str, by: int) -> ModuleOp:
    """`module` with one number changed, in the last operator of that name."""
    result = module.clone()
    op = [op for op in ops_of(result) if op.name == f"tercet.{operator}"][-1]
    found = op.properties[constant]
    if isinstance(found, IntegerAttr):
        op.properties[constant] = number(found.value.data + by)
        return result
    assert isinstance(found, Dense)
    values = values_of(found)
    values.flat[values.size // 2] += by
    op.properties[constant] = dense(values, found.get_element_type())
    return result


@pytest.mark.parametrize(("operator", "constant", "by"), FAULTS)
def test_a_changed_constant_is_found(operator: str, constant: str, by: int) -> None:
    whole = made()
    module = damaged(whole.module, operator, constant, by)
    with pytest.raises(AssertionError):
        hold(whole.model, whole.captured, module, whole.x)


def test_without_a_fault_the_same_passes() -> None:
    whole = made()
    proof = hold(whole.model, whole.captured, whole.module, whole.x)
    assert {name for name, _, _ in FAULTS} <= set(proof.operators)
