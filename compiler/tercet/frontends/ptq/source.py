"""The Python source of a Brevitas module, from a quantized graph."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch
from types import ModuleType
from typing import Any

from brevitas.nn.quant_layer import QuantNonLinearActLayer, QuantWeightBiasInputOutputLayer
from torch import nn

from tercet.errors import UnsupportedError
from tercet.frontends.ptq.schemes import WEIGHTS
from tercet.quantizers import calibrated


@dataclass(frozen=True)
class Member:
    """One statement of the constructor: the added module, its owner, and the method."""

    owner: str
    """The owner, a module that holds others: "self" or "self.body"."""
    method: str
    name: str
    value: str


@dataclass(frozen=True)
class Source:
    """The texts for the template of the file."""

    imports: tuple[str, ...]
    members: tuple[Member, ...]
    forward: str
    """The whole method `forward`."""


def source_of(graph: Any) -> Source:
    """The Python of a traced module whose layers are Brevitas' or torch.nn's."""
    code = graph.graph.python_code("self")
    text = re.sub(r";(\s+\w+ =)+ None$", "", code.src, flags=re.MULTILINE).strip()
    used = {k: v for k, v in code.globals.items() if k != "torch" and re.search(rf"\b{k}\b", text)}
    return Source(tuple(_imports(used)), tuple(_members(graph)), text)


def _imports(names: dict[str, Any]) -> Iterator[str]:
    for name, value in sorted(names.items()):
        if isinstance(value, ModuleType):
            yield f"import {value.__name__} as {name}"
        elif isinstance(value, float):
            yield f"from math import {name}"
        else:
            yield f"from {value.__module__} import {value.__name__} as {name}"


def _members(graph: Any) -> Iterator[Member]:
    """The members in order, each once and behind its owner."""
    seen: set[str] = set()
    for node in graph.graph.nodes:
        if node.op not in ("call_module", "get_attr") or node.target in seen:
            continue
        *above, leaf = node.target.split(".")
        for depth in range(1, len(above) + 1):
            if (path := ".".join(above[:depth])) not in seen:
                seen.add(path)
                owner, _, name = path.rpartition(".")
                yield Member(_self(owner), "add_module", name, "nn.Module()")
        seen.add(node.target)
        value = _attribute(graph, node.target)
        yield Member(_self(".".join(above)), *_kind(node.target, leaf, value))


def _self(owner: str) -> str:
    """An expression for a module by its path, whose parts may be numbers."""
    return f'self.get_submodule("{owner}")' if owner else "self"


def _attribute(graph: nn.Module, path: str) -> Any:
    owner, _, leaf = path.rpartition(".")
    return getattr(graph.get_submodule(owner), leaf)


def _kind(path: str, leaf: str, value: Any) -> tuple[str, str, str]:
    if isinstance(value, nn.Module):
        return "add_module", leaf, constructor(value, path)
    if isinstance(value, nn.Parameter):
        return "register_parameter", leaf, f"nn.Parameter(torch.empty({tuple(value.shape)}))"
    return "register_buffer", leaf, f"torch.empty({tuple(value.shape)}, dtype={value.dtype})"


@singledispatch
def constructor(module: nn.Module, path: str) -> str:
    """The call that makes `module`, without its parameters."""
    kind = type(module)
    if not kind.__module__.startswith("torch.nn.") or list(module.children()):
        raise UnsupportedError(
            f"a {kind.__name__} cannot be written down again",
            layer=path,
            way_out="build it from layers of torch.nn",
        )
    return f"nn.{kind.__name__}({module.extra_repr()})"


@constructor.register
def _layer(module: QuantWeightBiasInputOutputLayer, path: str) -> str:
    weight = _scheme(module.weight_quant.quant_injector)
    return f"qnn.{type(module).__name__}({module.extra_repr()}, weight_quant={weight})"


@constructor.register
def _activation(module: QuantNonLinearActLayer, path: str) -> str:
    act = f"act_quant=calibrated.{_act_scheme(module).__name__}"
    kind = type(module)
    if kind.__module__ != calibrated.__name__:
        return f"qnn.{kind.__name__}({act})"
    function = module.act_quant.fused_activation_quant_proxy.activation_impl
    return f"calibrated.fused(nn.{type(function).__name__})({act})"


def _act_scheme(module: QuantNonLinearActLayer) -> type:
    if module.act_quant.is_signed:
        return calibrated.SignedAct
    quantizer = module.act_quant.fused_activation_quant_proxy.tensor_quant
    return calibrated.HalfAct if quantizer.int_scaling_impl.signed else calibrated.UnsignedAct


def _scheme(injector: Any) -> str:
    return next(
        f"calibrated.{kind.__name__}" for kind in WEIGHTS.values() if issubclass(injector, kind)
    )
