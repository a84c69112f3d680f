"""One eager run of the module, with a record of each quantizer's calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from brevitas.nn import TruncAdaptiveAvgPool2d, TruncAvgPool2d
from brevitas.proxy.parameter_quant import (
    BiasQuantProxyFromInjectorBase,
    WeightQuantProxyFromInjectorBase,
)
from brevitas.proxy.runtime_quant import (
    ActQuantProxyFromInjectorBase,
    ClampQuantProxyFromInjector,
    TruncQuantProxyFromInjector,
)
from torch import Tensor, nn

from tercet.errors import CaptureError

PARAMETERS = (WeightQuantProxyFromInjectorBase, BiasQuantProxyFromInjectorBase)
PROXIES = (
    *PARAMETERS,
    ActQuantProxyFromInjectorBase,
    TruncQuantProxyFromInjector,
    ClampQuantProxyFromInjector,
)
TRUNCATING = TruncAvgPool2d, TruncAdaptiveAvgPool2d


@dataclass(frozen=True)
class Once:
    """One call of a proxy."""

    arguments: tuple[Any, ...]
    result: Any


@dataclass(frozen=True)
class Call:
    """A called module, most often a proxy, with the operands and result of each call."""

    path: str
    proxy: Any
    times: tuple[Once, ...]

    @property
    def layer(self) -> str:
        """The path of the module that owns the quantizer, for messages."""
        return self.path.rpartition(".")[0] or "the model"


@dataclass(frozen=True)
class EagerRun:
    """The result of a module, and the calls of its quantizers."""

    result: Any
    calls: tuple[Call, ...]
    pools: tuple[Call, ...]
    """The calls of truncating pools, which alone show the scale of their input."""


def harvest(model: nn.Module, inputs: Sequence[Tensor]) -> EagerRun:
    """Run `model` once; returns its result and every quantizer call."""
    seen: dict[str, list[Once]] = {}
    watched = {
        name: m for name, m in model.named_modules() if isinstance(m, (*PROXIES, *TRUNCATING))
    }

    def note(name: str) -> Any:
        def hook(_module: nn.Module, arguments: Any, result: Any) -> None:
            seen.setdefault(name, []).append(Once(arguments, result))

        return hook

    hooks = [proxy.register_forward_hook(note(name)) for name, proxy in watched.items()]
    try:
        with torch.no_grad():
            result = model(*inputs)
    except Exception as error:
        first = str(error).strip().splitlines() or [type(error).__name__]
        shapes = " and ".join(str(tuple(x.shape)) for x in inputs)
        raise CaptureError(
            f"the model fails on its example input of shape {shapes}: {first[0]}"
        ) from error
    finally:
        for hook in hooks:
            hook.remove()
    calls = [Call(name, watched[name], tuple(times)) for name, times in seen.items()]
    return EagerRun(
        result,
        tuple(call for call in calls if isinstance(call.proxy, PROXIES)),
        tuple(call for call in calls if isinstance(call.proxy, TRUNCATING)),
    )
