"""A module of the float dialect from a user's model, a torch module or a file."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import ModuleOp, StringAttr

from tercet.frontends import onnx
from tercet.frontends.onnx import OnnxModel
from tercet.ir.calls import numbered
from tercet.ir.module import steps_of
from tercet.ops.real.quantize import Quantize

if TYPE_CHECKING:  # a file is read without torch
    from torch import Tensor, nn

    from tercet.frontends.model import Model


def load(
    model: "nn.Module | OnnxModel",
    example: "Tensor | Sequence[Tensor]" = (),
    *,
    semantics: str = "ideal",
) -> ModuleOp:
    """Capture `model`: a module as it runs on `example` (batch first), a file as it is written.

    `semantics` is for files in operator form: "ideal", or "ort" for ONNXRuntime's own float32.
    """
    if isinstance(model, OnnxModel):
        return onnx.load(model, semantics)
    from tercet.frontends.brevitas import load as brevitas
    from tercet.frontends.unwrap import unwrapped

    model = unwrapped(model)
    module = brevitas.load(model, example)
    _number_calls(module, model)
    return module


def capture(model: "Model") -> ModuleOp:
    """The float module of a resolved model, by the user's reading options."""
    return load(model.module, model.example, semantics=model.semantics)


def _number_calls(module: ModuleOp, model: "nn.Module") -> None:
    """Name and number each quantizer call; a shared quantizer has its first name in the model."""
    first = {id(one): name for name, one in model.named_modules()}
    name_of = {name: first[id(one)] for name, one in model.named_modules(remove_duplicate=False)}
    seen = Counter[str]()
    for op in steps_of(module):
        if isinstance(op, Quantize):
            path = name_of.get(op.quantizer.data, op.quantizer.data)
            op.attributes["quantizer"] = StringAttr(numbered(path, seen[path]))
            seen[path] += 1
