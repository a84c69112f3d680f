"""Whatever holds a model's outputs, PyTorch is compared on each of them."""

from collections import OrderedDict, namedtuple
from collections.abc import Callable
from typing import Any

import brevitas.nn as qnn
import pytest
import torch
from tests.helpers.matrix.proof import prove
from torch import Tensor, nn

Pair = namedtuple("Pair", "scores, box")


class Heads(nn.Module):
    def __init__(self, held: Callable[[Any, Any], object]) -> None:
        super().__init__()
        self.held = held
        self.entry = qnn.QuantIdentity(return_quant_tensor=True)
        self.scores = qnn.QuantLinear(8, 4, bias=True, return_quant_tensor=True)
        self.box = qnn.QuantLinear(8, 2, bias=True)

    def forward(self, x: Tensor) -> object:
        x = self.entry(x)
        return self.held(self.scores(x), self.box(x))


@pytest.mark.parametrize(
    "held",
    [
        lambda scores, box: scores,
        lambda scores, box: (scores, (box, None)),
        lambda scores, box: {"scores": scores, "box": box},
        lambda scores, box: OrderedDict(scores=scores, box=box),
        lambda scores, box: Pair(scores, box),
    ],
    ids=["quant_tensor", "nested", "dict", "ordered_dict", "namedtuple"],
)
def test_outputs_in_every_container(held: Callable[[Any, Any], object]) -> None:
    torch.manual_seed(0)
    assert prove(Heads(held), torch.randn(16, 8)).operators.count("linear") >= 1
