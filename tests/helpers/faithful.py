"""A captured module computes what PyTorch computes: in float64, on another batch than its own."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from brevitas.quant_tensor import QuantTensor
from torch import Tensor, nn
from torch.utils import _pytree as pytree
from xdsl.dialects.builtin import ModuleOp

from tercet.frontends.brevitas.load import load
from tercet.ir.evaluate import evaluate
from tercet.ir.module import outputs_of, steps_of

ROWS = 3


class Calls(nn.Module):
    """A function as a module."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: Tensor) -> Any:
        return self.function(*inputs)


def example(*shape: int, seed: int = 0) -> Tensor:
    """Reals of both signs, one row."""
    return torch.rand((1, *shape), generator=torch.Generator().manual_seed(seed)) * 3 - 1.2


def captured_and_equal(model: nn.Module | Callable[..., Any], *examples: Tensor) -> ModuleOp:
    """The float module of `model`, once it has proven equal to it."""
    whole = (model if isinstance(model, nn.Module) else Calls(model)).eval()
    module = load(whole, examples)
    rows = [_rows(one, seed) for seed, one in enumerate(examples)]
    with torch.no_grad():
        result = deepcopy(whole).double()(*(row.clone() for row in rows))
    leaves = pytree.tree_leaves(result, is_leaf=lambda x: isinstance(x, QuantTensor))
    wanted = [getattr(leaf, "value", leaf).numpy() for leaf in leaves]
    values = evaluate(module, *(row.numpy() for row in rows))
    found = [values[output] for output in outputs_of(module)]
    assert len(found) == len(wanted) > 0
    for got, want in zip(found, wanted, strict=True):
        assert got.shape == want.shape
        assert want.size == ROWS or np.unique(want).size > 1, "a constant proves nothing"
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9 * np.abs(want).max())
    return module


def operators(module: ModuleOp) -> list[str]:
    """The names of its operators, in order."""
    return [op.name.partition(".")[2] for op in steps_of(module)]


def _rows(one: Tensor, seed: int) -> Tensor:
    if not one.is_floating_point():
        return torch.cat([one.roll(i, -1) for i in range(ROWS)])
    source = torch.Generator().manual_seed(100 + seed)
    return torch.rand((ROWS, *one.shape[1:]), generator=source, dtype=torch.float64) * 3 - 1.2
