"""The greater and the smaller of two: of tensors on one grid and on two, of sums, of constants."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.helpers.matrix.parts import (
    Does,
    Nibble,
    Shifted,
    Signed,
    act,
    conv,
    entry,
    linear,
    relu,
    samples,
)
from tests.helpers.matrix.proof import prove
from torch import Tensor, nn
from torch.nn import functional

Join = Callable[[Tensor, Tensor], Tensor]
FORMS: dict[str, tuple[Join, Join]] = {
    "maximum": (torch.maximum, torch.minimum),
    "max": (torch.max, torch.min),
    "fmax": (torch.fmax, torch.fmin),
    "clamp": (lambda x, y: x.clamp(min=y), lambda x, y: torch.clamp(x, max=y)),
    "between": (lambda x, y: x.clamp(y, y + 0.5), lambda x, y: torch.maximum(y, x)),
}


def two(do: Callable[..., Any], first: Any = Signed, second: Any = None, **more: nn.Module) -> Any:
    """What `do` makes of two quantized tensors; on one grid unless there is a second quantizer."""
    a = act(first)
    b = a if second is None else act(second)
    return Does(lambda m, x: do(m, m.a(x), m.b(1.7 * x.flip(1) - 0.2)), a=a, b=b, **more)


@pytest.mark.parametrize("form", FORMS)
def test_the_extremes_of_two_tensors_on_one_grid_need_no_table_of_pairs(form: str) -> None:
    larger, smaller = FORMS[form]
    if form == "between":
        model = two(lambda m, a, b: (m.o(larger(a, b)), smaller(a, b)), o=act())
        prove(model, samples(6, rows=40))
        return
    proof = prove(two(lambda m, a, b: (larger(a, b), smaller(a, b))), samples(6, rows=40))
    assert proof.operators.count("max_pool") == 2
    assert "pair_table" not in proof.operators


@pytest.mark.parametrize("second", [Nibble, Shifted])
@pytest.mark.parametrize("last", [Signed, Nibble])
def test_the_extremes_of_two_grids_are_taken_on_that_of_the_next_quantizer(
    second: Any, last: Any
) -> None:
    model = two(
        lambda m, a, b: (m.o(torch.maximum(a, b)), m.p(torch.minimum(a, b))),
        second=second,
        o=act(last),
        p=relu(last),
    )
    proof = prove(model, samples(6, rows=40))
    assert "pair_table" not in proof.operators


@pytest.mark.parametrize("shape", [(6,), (3, 4), (3, 5, 4), (2, 3, 2, 3)])
def test_extremes_of_sums_of_layers_of_every_rank(shape: tuple[int, ...]) -> None:
    layers = {name: linear(shape[-1], 5) for name in "ab"}
    model = Does(
        lambda m, x: (
            m.o(torch.maximum(m.a(x), m.b(x))),
            m.p(-torch.minimum(m.a(x), m.b(x)) * 0.7 + 0.1),
        ),
        **layers,
        o=relu(),
        p=act(),
    )
    prove(nn.Sequential(entry(), model), samples(*shape, rows=24))


def test_an_extreme_of_convolutions_feeds_a_layer() -> None:
    model = Does(
        lambda m, x: m.last(m.o(functional.leaky_relu(torch.maximum(m.a(x), m.b(x).tanh())))),
        a=conv(3, 4),
        b=conv(3, 4),
        o=act(),
        last=conv(4, 2),
    )
    proof = prove(nn.Sequential(entry(), model), samples(3, 7, 6))
    assert "max_pool" in proof.operators


def test_an_extreme_of_functions_of_one_tensor_is_one_step_function() -> None:
    def do(m: Any, x: Tensor) -> Any:
        f, g = m.f(x), m.g(x)
        return m.o(torch.maximum(f, 0.1 * f)), m.p(torch.minimum(g, -g))

    model = Does(do, f=linear(8, 5), g=linear(8, 5), o=act(), p=act())
    proof = prove(nn.Sequential(entry(), model), samples(8, rows=30))
    assert "max_pool" not in proof.operators


def test_a_function_that_turns_of_an_extreme_of_two_grids_is_a_table_of_pairs() -> None:
    model = two(lambda m, a, b: m.o(functional.gelu(torch.maximum(a, b))), second=Shifted, o=act())
    assert "pair_table" in prove(model, samples(6, rows=40)).operators


def test_extremes_of_a_tensor_and_constants_for_each_channel() -> None:
    bounds = torch.tensor([-0.3, 0.1, 0.0, 0.7])
    model = Does(
        lambda m, x: (
            m.o(torch.maximum(m.f(x), m.bounds)),
            m.p(torch.minimum(m.bounds, m.f(x))),
            m.q(m.f(x).clamp(m.bounds - 0.5, m.bounds)),
            m.r(torch.max(m.f(x), torch.tensor(0.2))),
        ),
        f=linear(8, 4),
        **{name: act() for name in "opqr"},
    )
    model.register_buffer("bounds", bounds)
    prove(nn.Sequential(entry(), model), samples(8, rows=30))


def test_extremes_that_broadcast_and_meet_at_the_output() -> None:
    model = Does(
        lambda m, x: (
            torch.maximum(m.f(x), m.f(x)[:, :1]),
            torch.minimum(m.f(x), m.g(x)),
        ),
        f=linear(8, 4),
        g=linear(8, 4),
    )
    prove(nn.Sequential(entry(), model), samples(8, rows=30))
