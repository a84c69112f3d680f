"""A user's model, whatever it is, to a module of the float dialect."""

from collections.abc import Sequence

from torch import Tensor, nn
from xdsl.dialects.builtin import ModuleOp

from tercet.frontends import onnx
from tercet.frontends.brevitas import load as brevitas
from tercet.frontends.onnx import OnnxModel


def load(
    model: nn.Module | OnnxModel,
    example: Tensor | Sequence[Tensor] = (),
    *,
    semantics: str = "ideal",
) -> ModuleOp:
    """Capture `model`: a module as it runs on `example` (batch first), a file as it is written.

    `semantics` is for files in operator form: "ideal", or "ort" for ONNXRuntime's own float32.
    """
    if isinstance(model, OnnxModel):
        return onnx.load(model, semantics)
    return brevitas.load(model, example)
