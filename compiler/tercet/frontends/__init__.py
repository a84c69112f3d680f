"""Front ends: a module of the float dialect from a user's model.

Each name is imported at its first use, so finding a model and reading a file need no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tercet.frontends.capturing import capture, load
    from tercet.frontends.model import Model, resolve
    from tercet.frontends.reading import Reading
    from tercet.frontends.samples import with_samples
    from tercet.ir.host.boundary import quantize_input, quantize_inputs

__all__ = [
    "Model",
    "Reading",
    "capture",
    "load",
    "quantize_input",
    "quantize_inputs",
    "resolve",
    "with_samples",
]

HOMES = {
    "Model": "tercet.frontends.model",
    "Reading": "tercet.frontends.reading",
    "capture": "tercet.frontends.capturing",
    "load": "tercet.frontends.capturing",
    "quantize_input": "tercet.ir.host.boundary",
    "quantize_inputs": "tercet.ir.host.boundary",
    "resolve": "tercet.frontends.model",
    "with_samples": "tercet.frontends.samples",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)
