"""One eager run of the module, to see what each of its quantizers does."""

from dataclasses import dataclass
from typing import Any

import torch
from brevitas.proxy.parameter_quant import (
    BiasQuantProxyFromInjectorBase,
    WeightQuantProxyFromInjectorBase,
)
from brevitas.proxy.runtime_quant import ActQuantProxyFromInjectorBase
from brevitas.quant_tensor import IntQuantTensor
from torch import Tensor, nn

from tercet.errors import CaptureError, UnsupportedError
from tercet.frontends.brevitas.quantized import Activation, Constant, FakeQuantize, Grid, Stand

PARAMETERS = (WeightQuantProxyFromInjectorBase, BiasQuantProxyFromInjectorBase)
PROXIES = (*PARAMETERS, ActQuantProxyFromInjectorBase)
LARGEST = 8
"""Bits of an activation or weight."""


@dataclass(frozen=True)
class Call:
    """A proxy that was called, and all that it returned."""

    path: str
    proxy: Any
    results: tuple[Any, ...]

    @property
    def layer(self) -> str:
        """The module that owns the quantizer, for a person to read."""
        return self.path.rpartition(".")[0] or "the model"


def harvest(model: nn.Module, example: Tensor) -> list[Call]:
    """Run `model` once; every quantizer that was called, with its results."""
    seen: dict[str, list[Any]] = {}
    proxies = {name: m for name, m in model.named_modules() if isinstance(m, PROXIES)}
    hooks = [
        proxy.register_forward_hook(
            lambda _m, _i, result, name=name: seen.setdefault(name, []).append(result)
        )
        for name, proxy in proxies.items()
    ]
    try:
        with torch.no_grad():
            model(example)
    except Exception as error:
        first = str(error).strip().splitlines() or [type(error).__name__]
        shape = tuple(example.shape)
        raise CaptureError(
            f"the model fails on its example input of shape {shape}: {first[0]}"
        ) from error
    finally:
        for hook in hooks:
            hook.remove()
    return [Call(name, proxies[name], tuple(results)) for name, results in seen.items()]


def stand_in(call: Call) -> Stand:
    """What takes the proxy's place in the exported graph."""
    first = call.results[0]
    if not call.proxy.is_quant_enabled or not isinstance(first, IntQuantTensor):
        _refuse_other_quantizers(call)
        return Activation(_function(call.proxy))
    if isinstance(call.proxy, PARAMETERS):
        return _constant(call, first)
    _require_round_half_even(call)
    grids = [_grid(call, result) for result in call.results]
    if any(grid != grids[0] for grid in grids):
        raise UnsupportedError(
            f"{call.layer}: its quantizer changes its scale from call to call; "
            "give every call a quantizer of its own"
        )
    return FakeQuantize(_function(call.proxy), grids[0])


def _refuse_other_quantizers(call: Call) -> None:
    if call.proxy.is_quant_enabled and type(call.results[0]) not in (Tensor, type(None)):
        found = type(call.results[0]).__name__
        if found != "Parameter":
            raise UnsupportedError(
                f"{call.layer}: its quantizer yields {found}; Tercet takes integer quantizers"
            )


def _function(proxy: Any) -> nn.Module:
    fused = getattr(proxy, "fused_activation_quant_proxy", None)
    function = getattr(fused, "activation_impl", None)
    return function if isinstance(function, nn.Module) else nn.Identity()


def _require_round_half_even(call: Call) -> None:
    mode = str(getattr(call.proxy, "rounding_mode", "ROUND"))
    if mode.rpartition(".")[2] != "ROUND":
        raise UnsupportedError(
            f"{call.layer}: its quantizer rounds by {mode}; Tercet takes round-half-even (ROUND)"
        )


def _bits(call: Call, result: Any, largest: int) -> int:
    bits = float(result.bit_width)
    if bits != int(bits) or not 1 <= bits <= largest:
        raise UnsupportedError(
            f"{call.layer}: its quantizer has {bits:g} bits; wanted a whole number of at most "
            f"{largest}"
        )
    return int(bits)


def _grid(call: Call, result: Any) -> Grid:
    bits, narrow = _bits(call, result, LARGEST), int(call.proxy.is_narrow_range)
    if result.signed and bits == 1:
        raise UnsupportedError(
            f"{call.layer}: its activations are binary (-1 and 1); wanted at least 2 bits, or "
            "unsigned ones"
        )
    half = 1 << (bits - 1)
    low, high = (narrow - half, half - 1) if result.signed else (0, 2 * half - 1 - narrow)
    return Grid(result.scale, result.zero_point, low, high)


def _constant(call: Call, result: Any) -> Constant:
    is_bias = isinstance(call.proxy, BiasQuantProxyFromInjectorBase)
    _bits(call, result, 32 if is_bias else LARGEST)
    scaled = result.value.double() / result.scale.double() + result.zero_point.double()
    q = torch.round(scaled)
    if bool((torch.abs(scaled - q) > 0.25).any()):
        raise UnsupportedError(
            f"{call.layer}: its quantized constant reaches {int(q.abs().max())}, more than its "
            "float type resolves; use a larger scale"
        )
    found = Constant(q.to(torch.int32), result.scale, result.zero_point)
    for other in call.results[1:]:
        if not torch.equal(other.value, result.value):
            raise UnsupportedError(
                f"{call.layer}: its quantized constant changes from call to call; "
                "call the layer from one place"
            )
    return found
