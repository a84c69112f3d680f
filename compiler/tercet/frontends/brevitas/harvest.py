"""One eager run of the module, to see what each of its quantizers does."""

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
    """A module that was called, most often a proxy: what it was given and returned each time."""

    path: str
    proxy: Any
    times: tuple[Once, ...]

    @property
    def layer(self) -> str:
        """The module that owns the quantizer, for a person to read."""
        return self.path.rpartition(".")[0] or "the model"


@dataclass(frozen=True)
class EagerRun:
    """What a module returned, and the calls of its quantizers on the way."""

    result: Any
    calls: tuple[Call, ...]
    pools: tuple[Call, ...]
    """The same of pools that truncate: the scale of their input is seen nowhere else."""


def harvest(model: nn.Module, inputs: Sequence[Tensor]) -> EagerRun:
    """Run `model` once; every quantizer that was called, with all that passed through it."""
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
