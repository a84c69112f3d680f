"""Runs of the user's own module by PyTorch, with the values of every quantizer.

In `run` every quantizer returns the reference's values instead of its own. So each layer is judged
on correct inputs, and a rounding difference cannot hide another one behind it. In `outputs` every
quantizer returns its own values.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from brevitas.function.ops import max_int, min_int
from brevitas.quant_tensor import QuantTensor
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import SSAValue

from tercet.frontends.brevitas.attention import put_batch_first
from tercet.frontends.brevitas.floats import floats
from tercet.frontends.brevitas.pin import constants, pin
from tercet.frontends.unwrap import unwrapped
from tercet.ir.calls import calls
from tercet.ir.host.boundary import (
    entries_of,
    exits_of,
    model_inputs,
    quantize_inputs,
    reals,
    sources,
)
from tercet.ir.module import inputs_of, ops_of, outputs_of
from tercet.ir.names import value_names
from tercet.ir.types import Array, FloatArray, IntArray
from tercet.ops.real.quantize import on_lattice
from tercet.passes.synthesis.certificate import lattice_of
from tercet_golden import integer

NEAR: Mapping[torch.dtype, float] = {torch.float64: 1e-9, torch.float32: 1e-4}
"""The distance from a tie, in steps, at which rounding may differ; larger values allow more."""
SHIFTS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "FLOOR": lambda position: position - 0.5,
    "CEIL": lambda position: position + 0.5,
    "ROUND_TO_ZERO": lambda position: position - 0.5 * torch.sign(position),
}
"""The function that moves a rounding's jumps to the halves between the integers."""
ROUNDINGS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "ROUND": torch.round,
    "FLOOR": torch.floor,
    "CEIL": torch.ceil,
    "ROUND_TO_ZERO": torch.trunc,
}
"""The rounding of a position, by Brevitas' name."""


@dataclass(frozen=True)
class Seen:
    """PyTorch's integers for one value of the integer graph, batch first."""

    want: IntArray
    """The values of the integer reference."""
    found: IntArray
    position: FloatArray
    """The quantizer's input in steps before rounding, moved so that results change at halves."""
    jump: int = 1
    """The distance from one result to the next."""


@dataclass
class _Recorder:
    """Records each quantizer call, and returns the reference's values in place of its result."""

    names: Mapping[str, Mapping[int, str]]
    """The name of the value that each call of a quantizer makes."""
    golden: Mapping[str, IntArray]
    lattices: Mapping[str, FloatArray] = field(default_factory=dict)
    """The lattices of values with structural ties (numerics.md)."""
    puts_right: bool = True
    """Whether quantizers return the reference's values or their own."""
    seen: dict[str, Seen] = field(default_factory=dict)
    inputs: dict[str, Tensor] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def watch(self, network: nn.Module) -> None:
        for path in self.names:
            proxy = network.get_submodule(path)
            proxy.register_forward_pre_hook(self.before(path))
            proxy.register_forward_hook(self.after(path, proxy))

    def before(self, path: str) -> Callable[..., None]:
        def hook(_module: nn.Module, arguments: tuple[Any, ...]) -> None:
            value = getattr(arguments[0], "value", arguments[0])
            self.inputs[path] = value.detach()

        return hook

    def after(self, path: str, proxy: Any) -> Callable[..., Any]:
        fused = getattr(proxy, "fused_activation_quant_proxy", None)
        function = getattr(fused, "activation_impl", None) or nn.Identity()
        mode = str(getattr(proxy, "rounding_mode", "ROUND")).rpartition(".")[2]
        shifted = SHIFTS.get(mode, torch.clone)

        def hook(_module: nn.Module, _arguments: tuple[Any, ...], result: Any) -> Any:
            name = self.names[path].get(self.calls[path])
            self.calls[path] += 1
            if name is None:  # the integer graph does not need this call
                return result
            scale, zero = result.scale, result.zero_point
            position = self._on_lattice(name, function(self.inputs[path]) / scale) + zero
            if not self.puts_right:
                if name not in self.lattices or mode not in ROUNDINGS:
                    return result
                own = torch.clamp(ROUNDINGS[mode](position), *_limits(proxy, result))
                return result._replace(value=(own.reshape(result.value.shape) - zero) * scale)
            found = torch.round(result.value / scale + zero)
            shape = self.golden[name].shape
            key = name if name not in self.seen else f"{name}, {path} call {self.calls[path]}"
            position = shifted(position)
            self.seen[key] = Seen(
                self.golden[name],
                found.numpy().astype(np.int64).reshape(shape),
                np.broadcast_to(position.double().numpy(), found.shape).reshape(shape),
                jump=2
                if result.signed and result.bit_width == 1
                else 1,  # binary values are -1 and 1
            )
            reference = torch.from_numpy(self.golden[name]).to(scale.dtype)
            return result._replace(value=(reference.reshape(found.shape) - zero) * scale)

        return hook

    def _on_lattice(self, name: str, steps: Tensor) -> Tensor:
        if name not in self.lattices:
            return steps
        shape = self.golden[name].shape
        moved = on_lattice(steps.numpy().reshape(shape), self.lattices[name])
        return torch.from_numpy(moved).reshape(steps.shape)


def _limits(proxy: Any, result: Any) -> tuple[Tensor, Tensor]:
    """The least and the greatest integer of a quantizer."""
    kind = bool(result.signed), bool(proxy.is_narrow_range), result.bit_width
    return min_int(*kind), max_int(*kind)


def run(
    model: nn.Module, module: ModuleOp, xs: Sequence[Array], dtype: torch.dtype
) -> dict[str, Seen]:
    """The integers of every quantizer and of the outputs, by the name of the value.

    `xs` has one array for each input of the model: reals, or integers of its entry.
    """
    integers = quantize_inputs(module, *xs)
    golden = integer.run(module, *integers)
    recorder = _Recorder(quantizers(module), golden, _lattices(module, dtype))
    found = _forward(model, module, xs, dtype, recorder)
    # the last quantizer's own result, not the reference's values
    return {**_outputs(module, found, golden, NEAR[dtype]), **recorder.seen}


def outputs(
    model: nn.Module, module: ModuleOp, xs: Sequence[Array], dtype: torch.dtype
) -> list[FloatArray]:
    """The outputs of the model, whose quantizers return their own values.

    In float64 structural ties round as in the integer network, by the lattices. Without these, no
    element would be a tie, because the scales are rounded.
    """
    golden = integer.run(module, *quantize_inputs(module, *xs))
    lattices = _lattices(module, dtype)
    recorder = _Recorder(quantizers(module), golden, lattices, puts_right=False)
    return _forward(model, module, xs, dtype, recorder)


def _lattices(module: ModuleOp, dtype: torch.dtype) -> dict[str, FloatArray]:
    """The lattices by the name of the value; none for float32, which makes such ties itself."""
    names = value_names(module)
    claims = ((op, lattice_of(op)) for op in ops_of(module) if dtype is torch.float64)
    return {names[op.results[0]]: lattice for op, lattice in claims if lattice is not None}


def _forward(
    model: nn.Module,
    module: ModuleOp,
    xs: Sequence[Array],
    dtype: torch.dtype,
    recorder: _Recorder,
) -> list[FloatArray]:
    """The outputs of the model in `dtype`, with its quantizers recorded."""
    model = unwrapped(model)
    network = deepcopy(model).cpu().eval().to(dtype)
    put_batch_first(network)
    inputs = _given(module, xs, quantize_inputs(module, *xs))
    if dtype is not torch.float32:
        pin(network, constants(deepcopy(model).cpu().eval(), [x[:1] for x in inputs]))
    recorder.watch(network)
    with torch.no_grad(), floats(dtype, inputs), torch.compiler.set_stance("force_eager"):
        result = network(*(x.to(dtype) if x.is_floating_point() else x for x in inputs))
    return [one.double().numpy() for one in tensors(result)]


def tensors(result: Any) -> list[Tensor]:
    """The output tensors in the order of torch.export; QuantTensors give their reals."""
    leaves = tree_leaves(result, is_leaf=lambda one: isinstance(one, QuantTensor))
    return [getattr(leaf, "value", leaf) for leaf in leaves if leaf is not None]


def _given(module: ModuleOp, xs: Sequence[Array], integers: Sequence[IntArray]) -> list[Tensor]:
    """The model's inputs: given reals unchanged, else inputs that become these integers."""
    found: list[Tensor] = [torch.zeros(0)] * sources(module)
    for source, made in model_inputs(module, *integers).items():
        given = xs[source]
        whole = np.issubdtype(given.dtype, np.integer)
        found[source] = torch.from_numpy(np.asarray(made if whole else given))
    return found


def quantizers(module: ModuleOp) -> dict[str, dict[int, str]]:
    """The names of the values that each call of each of the user's quantizers makes."""
    names, found = value_names(module), defaultdict[str, dict[int, str]](dict)
    texts: list[tuple[str, SSAValue]] = []
    for entry, argument in zip(entries_of(module), inputs_of(module), strict=True):
        texts.append((entry.quantizer, argument))
    for op in ops_of(module):
        text = op.attributes.get("quantizer")
        if isinstance(text, StringAttr):
            texts.append((text.data, op.results[0]))
    for written, value in texts:
        for path, call in calls(written):
            found[path][call] = names[value]
    return found


def _outputs(
    module: ModuleOp, found: Sequence[FloatArray], golden: Mapping[str, IntArray], near: float
) -> dict[str, Seen]:
    """The integers behind each float output; elements with factor 0 keep the reference's.

    An output that is not a line of its integers, such as a softmax, is counted in steps of `near`
    times its largest value.
    """
    names, seen = value_names(module), dict[str, Seen]()
    integers = [golden[names[value]] for value in outputs_of(module)]
    wanted = reals(module, *integers)
    for i, (line, output) in enumerate(zip(exits_of(module), found, strict=True)):
        if line is None:
            ideal = np.asarray(wanted[i], np.float64)
            unit = near * float(np.abs(ideal).max() or 1.0)
            want, position = np.rint(ideal / unit).astype(np.int64), output / unit
            seen[f"output {i}"] = Seen(want, np.rint(position).astype(np.int64), position)
            continue
        want, factor = integers[i], np.broadcast_to(line.factor, output.shape)
        safe = np.where(factor == 0, 1, factor)
        position = np.where(factor == 0, want, (output - line.offset) / safe)
        seen[names[outputs_of(module)[i]]] = Seen(
            want, np.rint(position).astype(np.int64), position
        )
    return seen
