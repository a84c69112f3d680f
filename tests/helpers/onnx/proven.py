"""A file all the way: integers with proofs, and the file itself equal at every quantizer."""

from pathlib import Path

import numpy as np
from tests.helpers.onnx.graphs import Array
from xdsl.dialects.builtin import ModuleOp

from tercet import frontends, passes
from tercet.frontends.onnx import OnnxModel
from tercet.passes.proofs.audit import audit
from tercet.passes.proofs.recheck import check
from tercet.passes.synthesis.certificate import certificates
from tercet.report.end_to_end import excess
from tercet_golden import integer, onnxruntime_golden, vectors
from tercet_golden.compare import compare
from tercet_golden.user_model import file_golden


def proven(path: Path, input_type: str | None = None, explained: int = 0) -> ModuleOp:
    """The integer module of the file at `path`, once all that checks it has passed.

    `explained`: how many elements may differ from the file's float32, next to a tie.
    """
    model = frontends.resolve(str(path), frontends.Reading(input_type)).module
    assert isinstance(model, OnnxModel)
    captured = frontends.load(model)
    module = passes.run(captured)
    drawn = vectors.make(module, (), 40, 7).xs
    golden = integer.run(module, *drawn)
    assert not [found for c in certificates(module) if (found := check(c))]
    assert not audit(captured, module).findings
    assert compare(golden, onnxruntime_golden.run(module, *drawn)).passed
    assert all(np.unique(values).size > 1 for values in golden.values()), "compares a constant"
    file, whole = file_golden.compare(model, captured, module, drawn, golden)
    assert excess(whole) is None, whole
    assert file.passed, file.first
    steps = [one for one in file.explained if not one.layer.startswith("output ")]
    assert len(steps) <= explained, steps[0]
    return module


def varied(*shape: int, seed: int = 0) -> Array:
    """Float32 noise of both signs."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)
