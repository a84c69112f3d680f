"""The replacement of each quantizer, from its calls in the run."""

from collections.abc import Mapping
from typing import Any

import torch
from brevitas.core.quant import BinaryQuant, ClampedBinaryQuant, TernaryQuant
from brevitas.proxy.parameter_quant import BiasQuantProxyFromInjectorBase
from brevitas.proxy.runtime_quant import (
    DynamicActQuantProxyFromInjector,
    TruncQuantProxyFromInjector,
)
from brevitas.quant_tensor import IntQuantTensor
from torch import Tensor, nn

from tercet.errors import UnsupportedError
from tercet.frontends.brevitas.harvest import PARAMETERS, Call, Once
from tercet.frontends.brevitas.quantized import (
    Activation,
    Calls,
    FakeQuantize,
    QuantizedConstant,
    SeenGrid,
    Stand,
    Truncate,
)

LARGEST = 8
"""The most bits of an activation or weight."""
ROUNDINGS: Mapping[str, str] = {
    "ROUND": "half_even",
    "FLOOR": "floor",
    "CEIL": "ceil",
    "ROUND_TO_ZERO": "to_zero",
}
"""Our rounding modes by Brevitas' names."""


def replace(model: nn.Module, calls: tuple[Call, ...]) -> None:
    """Replace the called proxies, under every name that they have in the model."""
    stands = {id(call.proxy): stand_in(call) for call in calls}
    for path, module in list(model.named_modules(remove_duplicate=False)):
        if id(module) in stands:
            parent, _, leaf = path.rpartition(".")
            setattr(model.get_submodule(parent), leaf, stands[id(module)])


def stand_in(call: Call) -> Stand:
    """The replacement of a proxy in the exported graph."""
    stands = [_stand(call, once) for once in call.times]
    return stands[0] if all(one.same(stands[0]) for one in stands) else Calls(stands)


def _stand(call: Call, once: Once) -> Stand:
    result = once.result
    if not call.proxy.is_quant_enabled or not isinstance(result, IntQuantTensor):
        _refuse_other_quantizers(call, result)
        return Activation(_function(call.proxy))
    if isinstance(call.proxy, DynamicActQuantProxyFromInjector):
        raise UnsupportedError(
            "its quantizer computes its scale from each input",
            layer=call.layer,
            way_out=("use one with a learned or calibrated scale, such as Int8ActPerTensorFloat"),
        )
    if isinstance(call.proxy, PARAMETERS):
        return _constant(call, result)
    if isinstance(call.proxy, TruncQuantProxyFromInjector):
        return _truncate(call, once)
    return FakeQuantize(_function(call.proxy), _grid(call, result))


def _refuse_other_quantizers(call: Call, result: Any) -> None:
    if call.proxy.is_quant_enabled and type(result) not in (Tensor, nn.Parameter, type(None)):
        raise UnsupportedError(
            f"its quantizer yields {type(result).__name__}",
            layer=call.layer,
            way_out="Tercet takes integer quantizers",
        )


def _function(proxy: Any) -> nn.Module:
    fused = getattr(proxy, "fused_activation_quant_proxy", None)
    function = getattr(fused, "activation_impl", None)
    return function if isinstance(function, nn.Module) else nn.Identity()


def _rounding(call: Call) -> str:
    mode = str(getattr(call.proxy, "rounding_mode", "ROUND")).rpartition(".")[2].upper()
    if mode not in ROUNDINGS:
        raise UnsupportedError(
            f"its quantizer rounds by {mode}",
            layer=call.layer,
            wanted=f"one of {', '.join(ROUNDINGS)}",
        )
    return ROUNDINGS[mode]


def _bits(call: Call, result: Any, largest: int) -> int:
    bits = float(result.bit_width)
    if bits != int(bits) or not 1 <= bits <= largest:
        raise UnsupportedError(
            f"its quantizer has {bits:g} bits",
            layer=call.layer,
            wanted=f"a whole number of at most {largest}",
        )
    return int(bits)


def _require_scale(call: Call, result: Any) -> None:
    bad = ~(torch.isfinite(result.scale) & (result.scale > 0))
    if bool(bad.any()):
        worst = float(result.scale[bad].flatten()[0])
        raise UnsupportedError(
            f"its quantizer has the scale {worst:g}",
            layer=call.layer,
            wanted=("a finite one above zero, so train or calibrate it, or set scaling_min_val"),
        )


def _limits(bits: int, signed: bool, narrow: bool) -> tuple[int, int]:
    half = 1 << (bits - 1)
    return (narrow - half, half - 1) if signed else (0, 2 * half - 1 - narrow)


def _grid(call: Call, result: Any) -> SeenGrid:
    _require_scale(call, result)
    bits, scale, zero = _bits(call, result, LARGEST), result.scale, result.zero_point
    kind = call.proxy.fused_activation_quant_proxy.tensor_quant
    if isinstance(kind, BinaryQuant | ClampedBinaryQuant):
        return SeenGrid(scale, scale, zero, -1, 1, "sign")
    if isinstance(kind, TernaryQuant):
        # the threshold is half of this step; a tie rounds to the even integer, 0
        return SeenGrid(2 * (kind.threshold * scale), scale, zero, -1, 1, "half_even")
    low, high = _limits(bits, bool(result.signed), bool(call.proxy.is_narrow_range))
    return SeenGrid(scale, scale, zero, low, high, _rounding(call))


def _truncate(call: Call, once: Once) -> Truncate:
    (before,), after = once.arguments, once.result
    bits = _bits(call, after, LARGEST)
    low, high = _limits(bits, bool(after.signed), bool(call.proxy.is_narrow_range))
    factor = 2.0 ** torch.round(torch.log2(after.scale / before.scale))
    if bool((torch.frac(after.zero_point) != 0).any()):
        raise UnsupportedError(
            f"truncates to the zero point {after.zero_point.tolist()}",
            layer=call.layer,
            wanted="a whole number, so give its input a quantizer without a zero point",
        )
    grid = SeenGrid(before.scale, after.scale, after.zero_point, low, high, _rounding(call))
    return Truncate(before.scale, factor, after.scale, after.zero_point, grid)


def _constant(call: Call, result: Any) -> QuantizedConstant:
    is_bias = isinstance(call.proxy, BiasQuantProxyFromInjectorBase)
    _bits(call, result, 32 if is_bias else LARGEST)
    _require_scale(call, result)
    scaled = result.value.double() / result.scale.double() + result.zero_point.double()
    q = torch.round(scaled)
    if bool((torch.abs(scaled - q) > 0.25).any()):
        raise UnsupportedError(
            f"its quantized constant reaches {int(q.abs().max())}, more than its float "
            "type resolves",
            layer=call.layer,
            way_out="use a larger scale",
        )
    return QuantizedConstant(q.to(torch.int32), result.scale, result.zero_point)
