"""Seconds from a module to proven integers, stage by stage, for a network of a million weights."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import brevitas.nn as qnn
import torch
from torch import Tensor, nn
from xdsl.dialects.builtin import ModuleOp

from benchmarks.figures import Figures
from tercet import frontends, passes
from tercet.ir.module import context
from tercet.ir.op import verified
from tercet.passes.proofs.audit import audit
from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct

DEPTH, WIDTH, SEED = 50, 144, 1
TARGET = 20
Result = TypeVar("Result")


def run() -> Figures:
    """Linear, batch norm and ReLU, 50 times; 1,036,800 ternary weights."""
    model, example = network()
    rows: list[tuple[str, float, float]] = []
    captured = _timed(rows, "capture", partial(frontends.load, model, example))
    module, known = captured.clone(), context()
    for step in passes.DEFAULT:
        _timed(rows, step.name, partial(step.apply, known, module))
        _timed(rows, "types", partial(verified, module))
    import_seconds = sum(seconds for _, seconds, _ in rows)
    _timed(rows, "audit (verify only)", partial(_audited, captured, module))
    return Figures(
        f"Front end: {DEPTH} layers, {DEPTH * WIDTH * WIDTH:,} weights",
        ("stage", "seconds", "processor seconds"),
        tuple((name, f"{wall:.2f}", f"{cpu:.2f}") for name, wall, cpu in _merged(rows)),
        (f"Import and passes: {import_seconds:.1f} s, target {TARGET} or less.",),
    )


def network() -> tuple[nn.Module, Tensor]:
    """The network after one batch, which sets its scales, and an example."""
    torch.manual_seed(SEED)
    layers: list[nn.Module] = [qnn.QuantIdentity(act_quant=PixelInput)]
    for _ in range(DEPTH):
        layers.append(qnn.QuantLinear(WIDTH, WIDTH, bias=False, weight_quant=TernaryWeight))
        layers += [nn.BatchNorm1d(WIDTH), qnn.QuantReLU(act_quant=UnsignedAct)]
    model, x = nn.Sequential(*layers).train(), torch.rand(8, WIDTH)
    with torch.no_grad():
        model(x)
    return model.eval(), x[:1]


def _audited(captured: ModuleOp, module: ModuleOp) -> None:
    assert not audit(captured, module).findings


def _timed(
    rows: list[tuple[str, float, float]], name: str, function: Callable[[], Result]
) -> Result:
    wall, cpu = time.perf_counter(), time.process_time()
    result = function()
    rows.append((name, time.perf_counter() - wall, time.process_time() - cpu))
    return result


def _merged(rows: Sequence[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """Stages of one name as one, where the first of them stands."""
    found: dict[str, tuple[float, float]] = {}
    for name, wall, cpu in rows:
        before = found.get(name, (0.0, 0.0))
        found[name] = before[0] + wall, before[1] + cpu
    return [(name, wall, cpu) for name, (wall, cpu) in found.items()]
