"""From a live Brevitas module to an exported graph of torch operators and a few of ours."""

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
from tercet.frontends.brevitas.asked import AnswerLog
from tercet.frontends.brevitas.attention import put_batch_first
from tercet.frontends.brevitas.floats import floats
from tercet.frontends.brevitas.harvest import EagerRun, harvest
from tercet.frontends.brevitas.pin import constants, pin
from tercet.frontends.brevitas.readable import readable
from tercet.frontends.brevitas.refuse import refuse_recurrent, require_finite
from tercet.frontends.brevitas.stands import replace
from tercet.frontends.brevitas.truncate import replace_truncating
from tercet.frontends.brevitas.upsample import replace_upsampling

Inputs = tuple[Tensor, ...]
ALIKE = 0.1
"""Share of a result's elements that sums in another order may change; arithmetic changes most."""
BENT = 0.5
"""The same share of those that are not zero: a ReLU may leave few of them."""
WANTED: Mapping[str, str] = {
    "object has no attribute": "its forward must take what quantizers return for plain tensors",
    "data-dependent": "it may branch on shapes, but not on what tensors hold",
}
"""Ways out of what torch.export says."""


@dataclass(frozen=True)
class Captured:
    """A graph, and the module it was made of as it ran."""

    program: ExportedProgram
    module: nn.Module
    rows: Inputs
    results: Sequence[Tensor]
    answers: AnswerLog

    def require_any_batch(self) -> None:
        """A guard against arithmetic with the batch's size: a third row changes nothing for two.

        Meant for a module whose operators all take each row alone.
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
    """The module's graph in float64, on integers that equal those of its float32 run.

    float64 keeps every scale that the module computes free of float32 rounding: the ideal of
    numerics.md, section 2. The graph has no operator that writes into a tensor.
    """
    require_finite(model)
    refuse_recurrent(model)
    with _quiet():
        first = tuple(example[:1].detach().cpu() for example in examples)
        rows = tuple(_rows(example) for example in first)
        integers = constants(_copy(model), first)  # a copy: running it may fix its scales
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
    """Brevitas and torch.export have much to say that a user cannot act on.

    What torch.compile was called on runs as it is written.
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
    """`BATCH` unlike rows in float64: the example, and the example backwards."""
    backwards = first.reshape(1, -1).flip(1).reshape(first.shape)
    rows = torch.cat([first, *[backwards] * (BATCH - 1)])
    return rows.double() if rows.is_floating_point() else rows


def _copies(_module: nn.Module, inputs: Inputs) -> Inputs:
    """A first layer that works in place leaves the example as it is."""
    return tuple(x.clone() for x in inputs)


def _harvest_batch(double: nn.Module, rows: Inputs) -> EagerRun:
    """The model has run on one row; it must run on several as well."""
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
    """The tensors that the model returns, in the order of torch.export; None is nothing."""
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
                "the model returns booleans; return what is compared, and let the host compare it"
            )
    return found


def _require_faithful(program: ExportedProgram, rows: Inputs, want: Sequence[Tensor]) -> None:
    """A guard against forwards that are more than their graph: random, or with a memory.

    Sums may be in another order, so the last bits are free; a wrong graph is wrong in the first.
    """
    with torch.no_grad():
        got = _tensors(program.module()(*rows))
    if len(got) != len(want) or not all(map(_close, got, want)):
        raise CaptureError(
            "the captured graph does not reproduce the model on its example input; its forward "
            "depends on something that is no operator, such as chance"
        )


def _bent(got: Tensor, want: Tensor) -> bool:
    """Whether more elements differ than rounding ties that fall the other way can make."""
    if not want.numel():
        return False
    largest = float(want.abs().max())
    differs = int(((got - want).abs() > 1e-9 * largest).sum())
    there = int(((got != 0) | (want != 0)).sum())
    return differs > min(ALIKE * want.numel(), BENT * there)


def _close(got: Tensor, want: Tensor) -> bool:
    largest = float(want.abs().max()) if want.numel() else 0.0
    return got.shape == want.shape and torch.allclose(got, want, rtol=0, atol=1e-9 * largest)
