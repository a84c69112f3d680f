"""Every call of a quantizer when PyTorch runs a module: what went in, what came out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from tercet.frontends.brevitas.floats import floats
from tercet.frontends.brevitas.harvest import PARAMETERS, PROXIES
from tercet.frontends.brevitas.pin import constants, pin
from tercet.ir.types import Array


@dataclass(frozen=True)
class Called:
    """One call, in float64."""

    before: Tensor
    after: Tensor

    def changes_nothing(self) -> bool:
        return _equal(self.before, self.after)

    def repeats(self, others: Sequence["Called"]) -> bool:
        """Whether another call makes the same of the same."""
        return any(
            _equal(one.before, self.before) and _equal(one.after, self.after)
            for one in others
            if one is not self
        )


def _equal(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and bool(torch.allclose(a, b, rtol=1e-12, atol=1e-12))


def calls_of(model: nn.Module, xs: Sequence[Array]) -> dict[str, list[Called]]:
    """The calls of every quantizer of activations, by its path."""
    inputs = [torch.from_numpy(x) for x in xs]
    rows = [x[:1] for x in inputs]
    integers = constants(model.cpu().eval(), rows)
    model.double()
    pin(model, integers)
    found: dict[str, list[Called]] = {}
    for path, proxy in model.named_modules():
        if isinstance(proxy, PROXIES) and not isinstance(proxy, PARAMETERS):
            proxy.register_forward_hook(_note(found, path, proxy))
    with torch.no_grad(), floats(torch.float64, rows):
        model(*inputs)
    return found


def _note(found: dict[str, list[Called]], path: str, proxy: Any) -> Any:
    def hook(_module: nn.Module, arguments: tuple[Any, ...], result: Any) -> None:
        if proxy.is_quant_enabled:
            before = getattr(arguments[0], "value", arguments[0])
            after = getattr(result, "value", result)
            found.setdefault(path, []).append(Called(before.clone(), after.clone()))

    return hook
