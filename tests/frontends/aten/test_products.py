"""Products of matrices and einstein sums."""

from collections.abc import Callable
from typing import Any

import brevitas.nn as qnn
import pytest
import torch
from brevitas.quant import Int8WeightPerChannelFloat
from tests.frontends.faithful import captured, example, operators
from torch import Tensor, nn

from tercet.errors import UnsupportedError

PAIRS: list[tuple[Callable[..., Any], tuple[int, ...], tuple[int, ...]]] = [
    (lambda a, b: a @ b, (3, 4), (4, 5)),
    (torch.bmm, (3, 4), (4, 5)),
    (lambda a, b: a @ b.mT, (2, 3, 4), (1, 5, 4)),
    (lambda a, b: torch.baddbmm(torch.ones(5, dtype=a.dtype), a, b), (3, 4), (4, 5)),
    (lambda a, b: torch.einsum("bi,bj->bij", a, b), (4,), (5,)),
    (lambda a, b: torch.einsum("bij,bjk->bik", a, b), (3, 4), (4, 5)),
    (lambda a, b: torch.einsum("bhid,bhjd->bhij", a, b), (2, 3, 4), (2, 5, 4)),
    (lambda a, b: torch.einsum("bij,bij->bji", a, b), (3, 4), (3, 4)),
    (lambda a, b: torch.einsum("bnqd,bkd->bqnk", a, b), (2, 3, 4), (5, 4)),
]
WITH_WEIGHTS: list[tuple[Callable[..., Any], tuple[int, ...]]] = [
    (lambda x, w: x @ w.t(), (3, 4)),
    (lambda x, w: torch.mm(x, w.t()), (4,)),
    (lambda x, w: torch.matmul(w, x), (4, 3)),
    (lambda x, w: torch.einsum("bchw,dc->bdhw", x, w), (4, 2, 3)),
    (lambda x, w: torch.addmm(torch.arange(5.0, dtype=x.dtype), x, w.t()), (4,)),
]


@pytest.mark.parametrize("index", range(len(PAIRS)))
def test_a_product_of_two_tensors_is_torchs(index: int) -> None:
    function, a, b = PAIRS[index]
    module = captured(function, example(*a), example(*b, seed=1))
    assert {"matmul", "mul"} & set(operators(module))


class Weighted(nn.Module):
    """Calls a function with the quantized weights of a layer."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.fc = qnn.QuantLinear(4, 5, bias=False, weight_quant=Int8WeightPerChannelFloat)
        self.function = function

    def forward(self, x: Tensor) -> Any:
        weight = self.fc.quant_weight()
        return self.function(x, getattr(weight, "value", weight))


@pytest.mark.parametrize("index", range(len(WITH_WEIGHTS)))
def test_a_product_with_quantized_weights_is_a_dense_layer(index: int) -> None:
    function, shape = WITH_WEIGHTS[index]
    torch.manual_seed(3)
    module = captured(Weighted(function), example(*shape))
    assert set(operators(module)) <= {"linear", "transpose", "reshape"}


def test_an_einsum_that_is_not_taken_says_what_is() -> None:
    with pytest.raises(UnsupportedError, match=r"einsum 'bii->bi'; wanted two operands"):
        captured(lambda x: torch.einsum("bii->bi", x), example(3, 3))
