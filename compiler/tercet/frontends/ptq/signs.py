"""Unsigned quantizers for values that are never negative on the samples."""

from collections.abc import Iterable, Sequence
from typing import Any

import brevitas.nn as qnn
from brevitas.graph.calibrate import quantization_status_manager
from torch import Tensor, nn

from tercet.quantizers.calibrated import UnsignedAct


def drop_signs(graph: Any, batches: Iterable[Sequence[Tensor]]) -> None:
    """Make every quantizer u8 that gets no negative value and shares its scale with no other."""
    modules = dict(graph.named_modules(remove_duplicate=False))
    alone = {
        name: module
        for name, module in modules.items()
        if isinstance(module, qnn.QuantIdentity) and _is_alone(module, modules.values())
    }
    least = dict.fromkeys(alone, 0.0)

    def watch(name: str, x: Tensor) -> None:
        least[name] = min(least[name], float(x.min()))

    hooks = [
        module.register_forward_pre_hook(lambda _m, xs, name=name: watch(name, xs[0]))
        for name, module in alone.items()
    ]
    with quantization_status_manager(graph, disable_act_quant=True, disable_weight_quant=True):
        for batch in batches:
            graph(*batch)
    for hook in hooks:
        hook.remove()
    for name in alone:
        if least[name] == 0:
            owner, _, leaf = name.rpartition(".")
            layer = qnn.QuantIdentity(act_quant=UnsignedAct).eval()
            graph.get_submodule(owner).add_module(leaf, layer)


def _is_alone(entry: Any, modules: Iterable[nn.Module]) -> bool:
    """Whether no other quantizer has its scale."""
    scale = entry.act_quant.fused_activation_quant_proxy.tensor_quant.scaling_impl
    return sum(module is scale for module in modules) == 1
