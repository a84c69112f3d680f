"""From a live Brevitas module to an exported graph of torch operators and two of ours."""

import copy
import warnings

import torch
from brevitas.nn.mixin.base import QuantLayerMixin
from torch import Tensor, nn
from torch.export import ExportedProgram

from tercet.errors import CaptureError
from tercet.frontends.brevitas.harvest import harvest, stand_in
from tercet.frontends.brevitas.pin import constants, pin


def capture(model: nn.Module, example: Tensor) -> ExportedProgram:
    """The module's graph in float64, on integers that equal those of its float32 run.

    float64 keeps every scale that the module computes free of float32 rounding: the ideal of
    numerics.md, section 2.
    """
    require_finite(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = example[:1].cpu()
        integers = constants(copy.deepcopy(model).cpu().eval(), first)
        double = copy.deepcopy(model).cpu().eval().double()
        pin(double, integers)
        stands = {call.path: stand_in(call) for call in harvest(double, first.double())}
        with torch.no_grad():
            want = _plain(double(first.double()))
        for path, stand in stands.items():
            parent, _, leaf = path.rpartition(".")
            setattr(double.get_submodule(parent), leaf, stand)
        for module in double.modules():
            if isinstance(module, QuantLayerMixin):
                module.return_quant_tensor = False
        program = _export(double.requires_grad_(False), first.double())
        _require_faithful(program, first.double(), want)
    return program


def require_finite(model: nn.Module) -> None:
    """Every parameter and every buffer is a finite number, or the first that is not is named."""
    for name, values in (*model.named_parameters(), *model.named_buffers()):
        if values.is_floating_point() and not bool(torch.isfinite(values).all()):
            bad = (~torch.isfinite(values)).nonzero()[0].tolist()
            layer, _, leaf = name.rpartition(".")
            value = values[tuple(bad)].item()
            raise CaptureError(
                f"{layer or 'the model'}: {leaf}{bad} is {value}; every weight must be finite, "
                "so train or load the model again"
            )


def _export(model: nn.Module, example: Tensor) -> ExportedProgram:
    try:
        return torch.export.export(model, (example,))
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CaptureError(f"torch.export cannot follow the model's forward: {first}") from error


def _plain(result: object) -> Tensor:
    value = getattr(result, "value", result)
    if not isinstance(value, Tensor):
        raise CaptureError(
            f"the model returns {type(value).__name__}; wanted one tensor, so wrap the model in a "
            "module that returns it"
        )
    return value


def _require_faithful(program: ExportedProgram, example: Tensor, want: Tensor) -> None:
    with torch.no_grad():
        got = program.module()(example)
    if not torch.equal(got, want):
        raise CaptureError(
            "the captured graph does not reproduce the model on its example input; its forward "
            "depends on something that is no operator"
        )
