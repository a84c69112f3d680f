"""The user's own module, run by PyTorch, seen at every quantizer.

Every quantizer hands on the integer reference's values instead of its own, so each layer is judged
on inputs that are right, and one rounding difference cannot hide another behind it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from xdsl.dialects.builtin import ModuleOp, StringAttr

from tercet.frontends.brevitas.pin import constants, pin
from tercet.ir.boundary import entry_of, exit_of, quantize_input
from tercet.ir.module import inputs_of, ops_of, outputs_of
from tercet.ir.names import value_names
from tercet.ir.types import FloatArray, IntArray
from tercet.ops.linear import Linear
from tercet_golden import integer


@dataclass(frozen=True)
class Seen:
    """What PyTorch made of one value of the integer graph, batch first."""

    found: IntArray
    position: FloatArray
    """Where the quantizer's input lay between the integers before it was rounded."""


@dataclass
class _Recorder:
    """Takes what a quantizer did, call by call, and returns the reference's values instead."""

    names: Mapping[str, list[str]]
    golden: Mapping[str, IntArray]
    seen: dict[str, Seen] = field(default_factory=dict)
    inputs: dict[str, Tensor] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def before(self, path: str) -> Callable[..., None]:
        def hook(_module: nn.Module, arguments: tuple[Any, ...]) -> None:
            value = getattr(arguments[0], "value", arguments[0])
            self.inputs[path] = value.detach()

        return hook

    def after(self, path: str, function: nn.Module) -> Callable[..., Any]:
        def hook(_module: nn.Module, _arguments: tuple[Any, ...], result: Any) -> Any:
            name = self.names[path][self.calls[path]]
            self.calls[path] += 1
            scale, zero = result.scale, result.zero_point
            position = function(self.inputs[path]) / scale + zero
            found = torch.round(result.value / scale + zero)
            shape = self.golden[name].shape
            self.seen[name] = Seen(
                found.numpy().astype(np.int64).reshape(shape),
                position.double().numpy().astype(np.float64).reshape(shape),
            )
            reference = torch.from_numpy(self.golden[name]).to(scale.dtype)
            return result._replace(value=(reference.reshape(found.shape) - zero) * scale)

        return hook


def run(
    model: nn.Module, module: ModuleOp, x: IntArray | FloatArray, dtype: torch.dtype
) -> dict[str, Seen]:
    """Every quantizer's integers, and the accumulators behind a float output, by value name."""
    integers = quantize_input(module, x)
    reals = x if np.issubdtype(x.dtype, np.floating) else entry_of(module).reals(integers)
    golden = integer.run(module, integers)
    recorder = _Recorder(_quantizers(module), golden)
    network = deepcopy(model).cpu().eval().to(dtype)
    if dtype is not torch.float32:
        example = torch.from_numpy(reals[:1])
        pin(network, constants(deepcopy(model).cpu().eval(), (example,)))
    for path in recorder.names:
        proxy = network.get_submodule(path)
        fused = getattr(proxy, "fused_activation_quant_proxy", None)
        function = getattr(fused, "activation_impl", None)
        proxy.register_forward_pre_hook(recorder.before(path))
        proxy.register_forward_hook(recorder.after(path, function or nn.Identity()))
    with torch.no_grad():
        result = network(torch.from_numpy(reals).to(dtype))
    output = getattr(result, "value", result).double().numpy()
    return {**recorder.seen, **_accumulators(module, output, golden)}


def _quantizers(module: ModuleOp) -> dict[str, list[str]]:
    """The names of the values that each quantizer of the user's module makes, in call order."""
    names, found = value_names(module), defaultdict(list)
    if entry := entry_of(module).quantizer:
        found[entry].append(names[inputs_of(module)[0]])
    for op in ops_of(module):
        path = op.attributes.get("quantizer")
        if isinstance(path, StringAttr) and path.data:
            found[path.data].append(names[op.results[0]])
    return found


def _accumulators(
    module: ModuleOp, output: FloatArray, golden: Mapping[str, IntArray]
) -> dict[str, Seen]:
    """The sums behind a float output; a channel with factor 0 says nothing and is left as is."""
    (last,) = outputs_of(module)
    if not isinstance(last.owner, Linear):
        return {}
    name, exit_ = value_names(module)[last], exit_of(module)
    factor = np.broadcast_to(exit_.factor, output.shape)
    safe = np.where(factor == 0, 1, factor)
    position = np.where(factor == 0, golden[name], (output - exit_.offset) / safe)
    return {name: Seen(np.rint(position).astype(np.int64), position)}
