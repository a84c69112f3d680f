"""What every structure of the matrix must show: one integer network, equal everywhere."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from tests.helpers.matrix.quantizers import calls_of
from tests.helpers.matrix.ties import Ties
from torch import Tensor, nn
from xdsl.dialects.builtin import ModuleOp

from tercet import frontends, passes
from tercet.ir.families.quantized import QuantizedOp
from tercet.ir.host.boundary import entries_of, exits_of, quantize_inputs, reals, sources
from tercet.ir.module import inputs_of, ops_of, outputs_of
from tercet.ir.names import value_names
from tercet.ir.types import Array, IntArray
from tercet.ops.add import Add
from tercet.ops.conv import Conv
from tercet.ops.conv_transpose import ConvTranspose
from tercet.ops.linear import Linear
from tercet.ops.mul import Mul
from tercet.ops.pair_table import PairTable
from tercet.ops.requantize import Requantize
from tercet.ops.table import Table
from tercet.ops.threshold import Threshold
from tercet.passes.proofs.audit import audit
from tercet.passes.proofs.recheck import check
from tercet.passes.synthesis.certificate import certificates
from tercet_golden import integer, onnxruntime_golden, vectors
from tercet_golden.compare import compare
from tercet_golden.user_model import torch_golden
from tercet_golden.user_model.torch_run import quantizers

AUDITED = Linear, Conv, ConvTranspose, Requantize, Threshold, Table, PairTable, Add, Mul
ROWS = 12
"""Real rows; the corners come on top."""
BATCHES = 3
_collected: list[ModuleOp] | None = None


@dataclass(frozen=True)
class Proof:
    """What was proven, for tests that want to say more about it."""

    captured: ModuleOp
    module: ModuleOp
    golden: dict[str, IntArray]
    quantizers: int
    explained: int
    """Elements that float32 rounds the other way, next to a tie."""

    @property
    def operators(self) -> list[str]:
        return [op.name.partition(".")[2] for op in ops_of(self.module)]


@contextmanager
def collected() -> Iterator[list[ModuleOp]]:
    """While this is open, nothing is proven: the integer networks come into its list instead."""
    global _collected
    found: list[ModuleOp] = []
    _collected = found
    try:
        yield found
    finally:
        _collected = None


def trained(model: nn.Module, *inputs: Tensor) -> nn.Module:
    """The model after a few batches in training mode, which set its scales and statistics."""
    model.train()
    with torch.no_grad():
        for _ in range(BATCHES):
            model(*(x.clone() for x in inputs))
    return model.eval()


def prove(
    model: nn.Module, *inputs: Tensor, threshold_bits: int = 0, unused: Sequence[str] = ()
) -> Proof:
    """Train `model` a little on `inputs`, compile it, and hold all executors to each other.

    `unused`: paths of quantizers whose result nothing reads.
    """
    ready = trained(model, *inputs)
    captured = frontends.load(ready, inputs)
    module = passes.run(captured, passes.in_order(threshold_bits))
    return hold(ready, captured, module, *inputs, unused=unused)


def hold(
    model: nn.Module,
    captured: ModuleOp,
    module: ModuleOp,
    *inputs: Tensor,
    unused: Sequence[str] = (),
    varied: bool = True,
) -> Proof:
    """`module` is proven, and equal to PyTorch and to ONNXRuntime, or this fails.

    Unless `varied` a value of it may be constant.
    """
    if _collected is not None:
        _collected.append(module)
        return Proof(captured, module, {}, 0, 0)
    findings = [found for one in certificates(module) if (found := check(one))]
    assert not findings, findings[:3]
    audited = audit(captured, module)
    assert audited.evaluated > 0 or not any(isinstance(op, AUDITED) for op in ops_of(module))
    assert not audited.findings, audited.findings[:3]

    xs = rows_of(module, inputs)
    golden = integer.run(module, *quantize_inputs(module, *xs))
    if varied:
        require_varied(module, golden)
    double = torch_golden.compare(model, module, xs, golden, torch.float64)
    single = torch_golden.compare(model, module, xs, golden, torch.float32)
    assert double.passed, double.first
    assert single.passed, single.first
    assert double.compared == single.compared == to_compare(module, golden)
    ties = Ties(captured, module, xs, golden)
    assert not (beyond := [one for one in double.explained if not ties.excuses(one)]), beyond[:3]
    ort = compare(golden, onnxruntime_golden.run(module, *quantize_inputs(module, *xs)))
    assert ort.passed, ort.first
    assert ort.compared == sum(value.size for value in golden.values())
    seen = require_every_quantizer(model, module, xs, unused)
    return Proof(captured, module, golden, seen, len(single.explained))


def rows_of(module: ModuleOp, inputs: Sequence[Tensor]) -> list[Array]:
    """Real rows, then the corners of every input, in the units of the model."""
    samples: list[Array] = [
        x.double().numpy() if x.is_floating_point() else x.numpy() for x in inputs
    ]
    made = vectors.make(module, samples, min(ROWS, len(samples[0])), 0).xs
    found = list(samples)
    assert sources(module) == len(samples), "an input that nothing reads"
    for entry, q in reversed(list(zip(entries_of(module), made, strict=True))):
        index = not np.issubdtype(samples[entry.source].dtype, np.floating)
        found[entry.source] = q if index else entry.reals(q)
    return found


def require_varied(module: ModuleOp, golden: dict[str, IntArray]) -> None:
    """A value that is constant, or only ever at its limits, compares nothing."""
    names = value_names(module)
    for value in (*inputs_of(module), *(result for op in ops_of(module) for result in op.results)):
        array = golden[names[value]]
        levels = len(np.unique(array))
        assert levels > 1, f"{names[value]} is constant: {array.flat[0]}"
        owner = value.owner
        if isinstance(owner, QuantizedOp):
            ends = int(array.min()), int(array.max())
            inside = ((array > ends[0]) & (array < ends[1])).any()
            assert inside or ends[1] - ends[0] <= 2, f"{names[value]} is saturated at {ends}"


def to_compare(module: ModuleOp, golden: dict[str, IntArray]) -> int:
    """How many elements PyTorch has to be compared on: every quantizer's call, every output."""
    names = value_names(module)
    every = [name for times in quantizers(module).values() for name in times.values()]
    integers = [names[value] for value in outputs_of(module)]
    made = reals(module, *(golden[name] for name in integers))
    count, lines = sum(golden[name].size for name in every), set[str]()
    for i, line in enumerate(exits_of(module)):
        if line is None:
            count += made[i].size
        elif integers[i] not in every:
            lines.add(integers[i])
    return count + sum(golden[name].size for name in lines)


def require_every_quantizer(
    model: nn.Module, module: ModuleOp, xs: Sequence[Array], unused: Sequence[str]
) -> int:
    """Each call of a quantizer in PyTorch is a value of the integer network.

    Or it can be left out: it changes nothing, or it repeats what another makes.
    """
    kept, made = quantizers(module), calls_of(deepcopy(model), xs)
    assert set(kept) <= set(made), set(kept) - set(made)
    others = [made[path][i] for path, times in kept.items() for i in times]
    for path, times in made.items():
        for i, call in enumerate(times):
            known = i in kept.get(path, {}) or path in unused
            assert known or call.changes_nothing() or call.repeats(others), f"{path}: call {i}"
    return len(others)
