"""The exported graph of a live Brevitas module: torch operators and those of torch.ops.tercet."""

import copy
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from io import StringIO
from typing import Any

import torch
from brevitas.quant_tensor import QuantTensor
from torch import Tensor, nn
from torch.export import ExportedProgram
from torch.utils import _pytree as pytree

from tercet.errors import CaptureError, TercetError
from tercet.frontends.aten.builder import BATCH
from tercet.frontends.brevitas.attention import put_batch_first
from tercet.frontends.brevitas.floats import floats
from tercet.frontends.brevitas.harvest import EagerRun, harvest
from tercet.frontends.brevitas.pin import constants, pin
from tercet.frontends.brevitas.quant_tensor_answers import AnswerLog
from tercet.frontends.brevitas.quantizer_replacements import replace
from tercet.frontends.brevitas.readable import readable
from tercet.frontends.brevitas.refuse import refuse_recurrent, require_finite
from tercet.frontends.brevitas.truncate import replace_truncating
from tercet.frontends.brevitas.upsample import replace_upsampling

Inputs = tuple[Tensor, ...]
ALIKE = 0.1
"""The share of a result's elements that sums in another order may change."""
BENT = 0.5
"""The same share of the nonzero elements, because a ReLU may leave few of them."""
WANTED: Mapping[str, str] = {
    "object has no attribute": "its forward must treat the results of quantizers as plain tensors",
    "data-dependent": "it may branch on shapes, but not on what tensors hold",
}
"""Ways out by fragments of torch.export's messages."""


@dataclass(frozen=True)
class Captured:
    """An exported graph, and the module that it was made of."""

    program: ExportedProgram
    module: nn.Module
    rows: Inputs
    results: Sequence[Tensor]
    answers: AnswerLog

    def require_any_batch(self) -> None:
        """Refuse a model that computes with the batch's size: a third row must not change two rows.

        It is for modules whose operators all take each row alone.
        """
        more = BATCH + 1
        try:
            with torch.no_grad(), floats(torch.float64, self.rows), self.answers.given():
                found = _tensors(self.module(*(torch.cat([x, x[:1]]) for x in self.rows)))
        except Exception as error:
            first = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise CaptureError(
                f"the model takes {BATCH} rows but not {more}: {first}; no tensor of it may have "
                "the extent of a batch"
            ) from error
        for got, two in zip(found, self.results, strict=True):
            if len(got) != more or _bent(got[:BATCH], two):
                raise CaptureError(
                    "what the model returns for a row depends on how many rows there are; its "
                    "forward must not compute with x.shape[0]"
                )


def capture(model: nn.Module, examples: Sequence[Tensor]) -> Captured:
    """The module's graph in float64, whose integer constants equal those of its float32 run.

    In float64 the scales that the module computes have no float32 rounding: the ideal of
    numerics.md, section 2. No operator of the graph writes into a tensor.
    """
    require_finite(model)
    refuse_recurrent(model)
    with _quiet():
        first = tuple(example[:1].detach().cpu() for example in examples)
        rows = tuple(_rows(example) for example in first)
        # a copy, because running the module may change its scales
        integers = constants(_copy(model), first)
        double = _copy(model).double()
        pin(double, integers)
        double.register_forward_pre_hook(_copies)
        answers = AnswerLog()
        with answers.noted(), floats(torch.float64, rows):
            seen = _harvest_batch(double, rows)
        replace(double, seen.calls)
        replace_truncating(double, seen.pools)
        replace_upsampling(double)
        put_batch_first(double)
        for module in double.modules():
            if hasattr(module, "return_quant_tensor"):
                setattr(module, "return_quant_tensor", False)  # noqa: B010
        want = _tensors(seen.result)
        with answers.given(), floats(torch.float64, rows):
            program = _export(double.requires_grad_(False), rows)
            _require_faithful(program, rows, want)
    return Captured(program, double, rows, want, answers)


@contextmanager
def _quiet() -> Iterator[None]:
    """A context without the warnings of Brevitas and torch.export, which a user cannot act on.

    Functions under torch.compile run without compilation.
    """
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        eager = torch.compiler.set_stance("force_eager")
        with eager, warnings.catch_warnings(), redirect_stderr(StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _copy(model: nn.Module) -> nn.Module:
    try:
        return copy.deepcopy(model).cpu().eval()
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CaptureError(f"the model cannot be copied: {first}") from error


def _rows(first: Tensor) -> Tensor:
    """`BATCH` different rows in float64: the example, and the example reversed."""
    backwards = first.reshape(1, -1).flip(1).reshape(first.shape)
    rows = torch.cat([first, *[backwards] * (BATCH - 1)])
    return rows.double() if rows.is_floating_point() else rows


def _copies(_module: nn.Module, inputs: Inputs) -> Inputs:
    """Copies of the inputs, so that a first layer that works in place keeps the example."""
    return tuple(x.clone() for x in inputs)


def _harvest_batch(double: nn.Module, rows: Inputs) -> EagerRun:
    """The run of the model on `BATCH` rows; refused if it fails where one row did not."""
    try:
        return harvest(double, rows)
    except CaptureError as error:
        raise CaptureError(
            f"the model takes one row but not {BATCH}: {error}; let its forward keep the batch "
            "axis, as x.flatten(1) and x.view(x.shape[0], -1) do"
        ) from error


def _export(model: nn.Module, rows: Inputs) -> ExportedProgram:
    try:
        program: ExportedProgram = torch.export.export(model, rows)
        if not readable(program):
            program = program.run_decompositions({})
    except TercetError:
        raise
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        for sign, wanted in WANTED.items():
            first = f"{first}; {wanted}" if sign in first else first
        raise CaptureError(f"torch.export cannot follow the model's forward: {first}") from error
    return program


def _tensors(result: object) -> list[Tensor]:
    """The tensors that the model returns, in the order of torch.export; None is skipped."""
    leaves: list[Any] = pytree.tree_leaves(result, is_leaf=lambda x: isinstance(x, QuantTensor))
    found = [getattr(leaf, "value", leaf) for leaf in leaves if leaf is not None]
    for value in found:
        if not isinstance(value, Tensor):
            raise CaptureError(
                f"the model returns {type(value).__name__}; wanted tensors, so wrap the model in a "
                "module that returns them alone"
            )
        if value.dtype is torch.bool:
            raise CaptureError(
                "the model returns booleans; return the compared values, and let the host "
                "compare them"
            )
    return found


def _require_faithful(program: ExportedProgram, rows: Inputs, want: Sequence[Tensor]) -> None:
    """Refuse a forward that its graph does not reproduce: a random one, or one with a state.

    Sums may be in another order, so the last bits may differ; a wrong graph differs in the first.
    """
    with torch.no_grad():
        got = _tensors(program.module()(*rows))
    if len(got) != len(want) or not all(map(_close, got, want)):
        raise CaptureError(
            "the captured graph does not reproduce the model on its example input; its forward "
            "depends on something that is no operator, such as chance"
        )


def _bent(got: Tensor, want: Tensor) -> bool:
    """Whether more elements differ than rounding ties can explain."""
    if not want.numel():
        return False
    largest = float(want.abs().max())
    differs = int(((got - want).abs() > 1e-9 * largest).sum())
    there = int(((got != 0) | (want != 0)).sum())
    return differs > min(ALIKE * want.numel(), BENT * there)


def _close(got: Tensor, want: Tensor) -> bool:
    largest = float(want.abs().max()) if want.numel() else 0.0
    return got.shape == want.shape and torch.allclose(got, want, rtol=0, atol=1e-9 * largest)
