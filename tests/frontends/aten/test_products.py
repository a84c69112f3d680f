"""Products of matrices and einstein sums."""

from collections.abc import Callable
from typing import Any

import brevitas.nn as qnn
import pytest
import torch
from brevitas.quant import Int8WeightPerChannelFloat
from tests.helpers.faithful import captured_and_equal, example, operators
from torch import Tensor, nn

from tercet.errors import UnsupportedError

PAIRS: dict[str, tuple[Callable[..., Any], tuple[int, ...], tuple[int, ...]]] = {
    "@": (lambda a, b: a @ b, (3, 4), (4, 5)),
    "bmm": (torch.bmm, (3, 4), (4, 5)),
    "@ of a transposed one that broadcasts": (lambda a, b: a @ b.mT, (2, 3, 4), (1, 5, 4)),
    "baddbmm": (lambda a, b: torch.baddbmm(torch.ones(5, dtype=a.dtype), a, b), (3, 4), (4, 5)),
    "einsum of vectors": (lambda a, b: torch.einsum("bi,bj->bij", a, b), (4,), (5,)),
    "einsum of matrices": (lambda a, b: torch.einsum("bij,bjk->bik", a, b), (3, 4), (4, 5)),
    "einsum of heads": (lambda a, b: torch.einsum("bhid,bhjd->bhij", a, b), (2, 3, 4), (2, 5, 4)),
    "einsum place by place": (lambda a, b: torch.einsum("bij,bij->bji", a, b), (3, 4), (3, 4)),
    "einsum that turns heads": (
        lambda a, b: torch.einsum("bnqd,bkd->bqnk", a, b),
        (2, 3, 4),
        (5, 4),
    ),
}
WITH_WEIGHTS: dict[str, tuple[Callable[..., Any], tuple[int, ...]]] = {
    "@": (lambda x, w: x @ w.t(), (3, 4)),
    "mm": (lambda x, w: torch.mm(x, w.t()), (4,)),
    "weights on the left": (lambda x, w: torch.matmul(w, x), (4, 3)),
    "einsum of channels": (lambda x, w: torch.einsum("bchw,dc->bdhw", x, w), (4, 2, 3)),
    "addmm": (lambda x, w: torch.addmm(torch.arange(5.0, dtype=x.dtype), x, w.t()), (4,)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_product_of_two_tensors_is_torchs(name: str) -> None:
    function, a, b = PAIRS[name]
    module = captured_and_equal(function, example(*a), example(*b, seed=1))
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


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_a_product_with_quantized_weights_is_a_dense_layer(name: str) -> None:
    function, shape = WITH_WEIGHTS[name]
    torch.manual_seed(3)
    module = captured_and_equal(Weighted(function), example(*shape))
    assert set(operators(module)) <= {"linear", "transpose", "reshape"}


def test_an_einsum_that_is_not_taken_says_what_is() -> None:
    with pytest.raises(UnsupportedError, match=r"einsum 'bii->bi'; wanted two operands"):
        captured_and_equal(lambda x: torch.einsum("bii->bi", x), example(3, 3))
