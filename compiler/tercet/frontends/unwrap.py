"""The network inside of torch's wrappers: torch.compile, and parallel execution."""

import copy
from collections.abc import Mapping

import torch
from torch import nn

from tercet.errors import UnsupportedError

WRAPPERS: Mapping[type[nn.Module], str] = {
    torch._dynamo.OptimizedModule: "_orig_mod",
    nn.DataParallel: "module",
    nn.parallel.DistributedDataParallel: "module",
}
"""The attribute that holds the network, by the kind of wrapper."""
SCRIPT = "torch.jit."
"""The Python package of the classes of compiled TorchScript; Brevitas' own lie elsewhere."""


def unwrapped(model: nn.Module) -> nn.Module:
    """`model` without wrappers around it or around a layer.

    TorchScript is refused, because its quantizers are not modules.
    """
    model = _inside(model)
    found = [path for path, module in model.named_modules() if type(module) in WRAPPERS]
    if found:
        model = copy.deepcopy(model)
        for path in found:
            parent, _, leaf = _within(path, found).rpartition(".")
            owner = model.get_submodule(parent)
            setattr(owner, leaf, _inside(getattr(owner, leaf)))
    for path, module in model.named_modules():
        if type(module).__module__.startswith(SCRIPT):
            raise UnsupportedError(
                "is TorchScript, in which no quantizer can be seen",
                layer=path or "the model",
                way_out=(
                    "give the nn.Module that torch.jit.script or torch.jit.trace was called on"
                ),
            )
    return model


def _inside(module: nn.Module) -> nn.Module:
    while (attribute := WRAPPERS.get(type(module))) is not None:
        module = getattr(module, attribute)
    return module


def _within(path: str, wrappers: list[str]) -> str:
    """`path` without the wrappers around it."""
    parts = path.split(".")
    kept = [
        part
        for i, part in enumerate(parts)
        if not (".".join(parts[:i]) in wrappers and part in WRAPPERS.values())
    ]
    return ".".join(kept)
