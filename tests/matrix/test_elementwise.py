"""Branches that meet again: sums, differences, products and joins of unlike scales."""

from collections.abc import Callable, Sequence
from typing import Any

import brevitas.nn as qnn
import pytest
import torch
from brevitas.quant import Int8ActPerTensorFloat
from tests.helpers.matrix.parts import (
    Does,
    Fan,
    Nibble,
    Shifted,
    Signed,
    SignedDyadic,
    act,
    conv,
    entry,
    gains,
    groups,
    linear,
    named,
    relu,
    samples,
)
from tests.helpers.matrix.proof import prove
from torch import Tensor, nn
from torch.nn import functional

Join = Callable[[Tensor, Tensor], Any]
GATES: list[Callable[[Tensor], Tensor]] = [
    nn.GLU(1),
    lambda x: functional.glu(x, 2),
    lambda x: functional.glu(x),
]
JOINS: dict[str, Join] = {
    "x + y": lambda x, y: x + y,
    "x - y": lambda x, y: x - y,
    "y - x": lambda x, y: y - x,
    "x * y": lambda x, y: x * y,
    "torch.add": torch.add,
    "torch.add with alpha": lambda x, y: torch.add(x, y, alpha=0.3),
    "torch.sub": torch.sub,
    "torch.mul": torch.mul,
    "average": lambda x, y: (x + y) / 2,
    "average, other way": lambda x, y: 0.5 * x + 0.5 * y,
    "x - 2 y + 1": lambda x, y: x - 2 * y + 1,
    "relu of the sum": lambda x, y: (x + y).relu(),
    "relu of the product": lambda x, y: torch.relu(x * y),
    "clamped difference": lambda x, y: (x - y).clamp(-1.0, 0.7),
    "(x + 1)(y - 1)": lambda x, y: (x + 1) * (y - 1),
    "sigmoid gate": lambda x, y: x * torch.sigmoid(y),
    "tanh of the sum": lambda x, y: torch.tanh(x + y),
    "cat": lambda x, y: torch.cat([x, y], 1),
    "cat, last axis": lambda x, y: torch.cat((x, y), dim=-1),
    "cat of three": lambda x, y: torch.cat([y, x, y], 1),
    "stack": lambda x, y: torch.stack([x, y], 1),
}


class Meets(nn.Module):
    """Two branches of one input on grids of their own, and everything that can join them."""

    def __init__(self, names: Sequence[str], first: Any, second: Any) -> None:
        super().__init__()
        self.names = names
        self.entry, self.left, self.right = act(), conv(3, 4), conv(3, 4)
        self.a, self.b = act(first), act(second)
        self.outs = nn.ModuleList([act() for _ in names])

    def forward(self, x: Tensor) -> Any:
        x = self.entry(x)
        a, b = self.a(self.left(x)), self.b(2.7 * self.right(x))
        joins = [JOINS[name] for name in self.names]
        return tuple(out(join(a, b)) for out, join in zip(self.outs, joins, strict=True))


PAIRS: list[tuple[Any, Any]] = [
    (Signed, Signed),
    (Shifted, Nibble),
    (SignedDyadic, SignedDyadic),
]


@pytest.mark.corners
@pytest.mark.parametrize(("first", "second"), PAIRS)
@pytest.mark.parametrize("names", groups(list(JOINS), 6), ids=named)
def test_two_branches_of_unlike_scales(names: Sequence[str], first: Any, second: Any) -> None:
    prove(Meets(names, first, second), samples(3, 6, 5))


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_a_join_on_every_axis(axis: int) -> None:
    def do(m: Any, x: Tensor) -> Any:
        x = m.entry(x)
        a, b = m.a(m.left(x)), m.b(m.right(x))
        return m.fc(torch.cat([a, b], axis)), m.joined(torch.cat([b, a], axis))

    left, right = conv(3, 4), conv(3, 4)
    ends = {"fc": nn.Sequential(act(), conv(4 * (1 + (axis == 1)), 3, 1)), "joined": act()}
    prove(
        Does(do, entry=act(), left=left, right=right, a=relu(), b=act(Nibble), **ends),
        samples(3, 6, 5),
    )


BROADCASTS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "a number for each channel": ((4, 5, 3), (4, 1, 1)),
    "an image for all channels": ((4, 5, 3), (1, 5, 3)),
    "a row and a column": ((4, 5, 1), (4, 1, 3)),
    "one number": ((7,), (1,)),
}


@pytest.mark.parametrize("case", BROADCASTS)
def test_two_inputs_that_broadcast(case: str) -> None:
    def do(m: Any, a: Tensor, b: Tensor) -> Any:
        a, b = m.a(a), m.b(b)
        return m.plus(a + b), m.minus(a - b), m.times(a * b)

    layers = {"plus": act(), "minus": act(Shifted), "times": act(Nibble)}
    first, second = BROADCASTS[case]
    inputs = samples(*first, rows=20), samples(*second, rows=20, seed=1)
    prove(Does(do, a=act(), b=act(Shifted), **layers), *inputs)


def test_a_sum_of_a_layer_and_its_input() -> None:
    """The sums of a layer, more than a table has entries, and 8 bits: one rounding for both."""
    model = Does(
        lambda m, x: (m.first(m.fc(x) + x), m.second(m.norm(m.fc(x)) - x)),
        fc=linear(12, 12),
        norm=gains(12, 1),
        first=relu(),
        second=act(),
    )
    prove(nn.Sequential(entry(), model), samples(12, rows=40))


def test_one_tensor_used_three_times() -> None:
    def do(m: Any, x: Tensor) -> Any:
        x = m.entry(x)
        y = m.square(x * x)
        z = m.twice(x + x)
        return m.out(m.third(y + z) + x)

    layers = {"square": act(), "twice": act(), "third": act(), "out": relu()}
    prove(Does(do, entry=act(), **layers), samples(20, rows=40))


def test_constants_of_every_shape() -> None:
    def do(m: Any, x: Tensor) -> Any:
        x = m.entry(x)
        outs = iter(m.outs)
        by_channel = torch.tensor([[0.3], [-1.2]], dtype=x.dtype)
        return (
            next(outs)(x + 1),
            next(outs)(3 - x),
            next(outs)(x * 0.7),
            next(outs)(x / 3),
            next(outs)(-x),
            next(outs)(x * by_channel + 0.1),
            next(outs)(x - by_channel),
            next(outs)((x - 0.25) / by_channel),
            next(outs)(2 / (x.clamp(min=0.5))),
        )

    outs = nn.ModuleList([act() for _ in range(9)])
    prove(Does(do, entry=act(Shifted), outs=outs), samples(2, 5))


def shared(quantizer: Any = Int8ActPerTensorFloat) -> Any:
    return qnn.QuantIdentity(act_quant=quantizer, return_quant_tensor=True)


def test_layers_of_brevitas_that_join() -> None:
    def do(m: Any, x: Tensor) -> Any:
        a, b = m.first(m.left(m.entry(x))), m.second(m.right(m.entry(x)))
        return m.add(a, b), m.cat([a, b], dim=1), m.free(a, b), m.plain(a, b)

    ends = {
        "add": qnn.QuantEltwiseAdd(),
        "free": qnn.QuantEltwiseAdd(output_quant=None),
        "plain": qnn.QuantEltwiseAdd(input_quant=None, output_quant=Signed),
        "cat": qnn.QuantCat(),
    }
    grid = shared(SignedDyadic)
    same = {"first": grid, "second": grid}
    layers = {"left": conv(3, 4), "right": conv(3, 4)}
    prove(Does(do, entry=act(), **layers, **same, **ends), samples(3, 5, 5))


def test_a_residual_block_on_one_grid() -> None:
    def do(m: Any, x: Tensor) -> Any:
        x = m.grid(m.entry(x))
        y = m.grid(m.norm(m.conv(x)))
        return m.relu(x + y)

    layers = {"conv": conv(4, 4, padding=1), "norm": gains(4), "relu": relu()}
    prove(Does(do, entry=act(), grid=shared(), **layers), samples(4, 5, 5))


def test_a_gated_linear_unit_of_each_axis() -> None:
    branches = [Does(lambda m, x, f=f: m.out(f(x)), out=act()) for f in GATES]
    gates = Fan(nn.Sequential(conv(3, 4, padding=1), act()), *branches)
    proof = prove(nn.Sequential(entry(), gates), samples(3, 6, 4))
    assert proof.operators.count("pair_table") == len(GATES)
