"""What every operator owes, over the registry: a new operator is covered at once.

Its C and HLS kernels are held to the same reference in tests/emit and tests/runtime.
"""

from pathlib import Path

import numpy as np
import pytest
from tests.helpers.draw import SAMPLES, label, op_of, operands

from tercet import assets
from tercet.ir.interval import Interval
from tercet.ir.module import inputs_of, parse
from tercet.ir.names import value_names
from tercet.ir.op import IntegerOp, Sample, constants, integers, operators, real_operators
from tercet.ir.types import tensor_type
from tercet_golden import onnxruntime_golden
from tercet_golden.compare import compare

BATCH = 7
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=label)
each_operator = pytest.mark.parametrize("op", operators(), ids=lambda op: op.name)


@each_sample
def test_the_reference_obeys_the_type_rule(sample: Sample, rng: np.random.Generator) -> None:
    op = op_of(sample.module)
    kind = tensor_type(op.results[0])
    got = op.reference(*operands(sample, BATCH, rng))
    assert got.dtype == np.int64
    assert got.shape == (BATCH, *kind.get_shape()[1:])
    assert Interval.of(kind.element_type).holds(Interval.around(got))


@each_sample
def test_the_reference_obeys_the_range_rule(sample: Sample, rng: np.random.Generator) -> None:
    op = op_of(sample.module)
    assert op.range(*sample.bounds).holds(
        Interval.around(op.reference(*operands(sample, BATCH, rng)))
    )


@each_sample
def test_a_vector_does_not_depend_on_its_batch(sample: Sample, rng: np.random.Generator) -> None:
    op, drawn = op_of(sample.module), operands(sample, BATCH, rng)
    together = op.reference(*drawn)
    alone = [op.reference(*(x[i : i + 1] for x in drawn)) for i in range(BATCH)]
    np.testing.assert_array_equal(np.concatenate(alone), together)


@each_sample
def test_the_onnx_export_equals_the_reference(sample: Sample, rng: np.random.Generator) -> None:
    drawn = operands(sample, BATCH, rng)
    (result,) = op_of(sample.module).results
    name = value_names(sample.module)[result]
    want = {name: op_of(sample.module).reference(*drawn)}
    assert compare(want, onnxruntime_golden.run(sample.module, *drawn)).passed


@each_sample
def test_the_text_is_read_back_as_it_was(sample: Sample, rng: np.random.Generator) -> None:
    again = parse(str(sample.module))
    assert str(again) == str(sample.module)
    drawn = operands(sample, BATCH, rng)
    np.testing.assert_array_equal(
        op_of(again).reference(*drawn), op_of(sample.module).reference(*drawn)
    )


@each_operator
def test_samples_do_not_all_saturate(op: type[IntegerOp], rng: np.random.Generator) -> None:
    """A bit-exact comparison of constants proves nothing."""
    seen = [
        np.unique(op_of(s.module).reference(*operands(s, BATCH, rng))).size for s in op.samples()
    ]
    assert max(seen) >= 8


@each_operator
def test_properties_are_what_a_kernel_takes(op: type[IntegerOp]) -> None:
    """Whole numbers and dense tensors: nothing else reaches C or HLS."""
    for sample in op.samples():
        found = op_of(sample.module)
        declared = op.get_irdl_definition().properties
        assert len(integers(found)) + len(constants(found)) == len(declared)


@each_sample
def test_bounds_fit_the_operands(sample: Sample) -> None:
    for argument, bound in zip(inputs_of(sample.module), sample.bounds, strict=True):
        assert Interval.of(tensor_type(argument).element_type).holds(bound)


@pytest.mark.parametrize("op", [op for op in operators() if op.c], ids=lambda op: op.name)
def test_a_c_kernel_is_in_the_file_of_its_header(op: type[IntegerOp]) -> None:
    assert op.c is not None
    source = assets.ROOT / "runtime/src/ops" / f"{Path(op.c.header).stem}.c"
    assert f"tercet_status_t {op.c.symbol}(" in source.read_text()


def test_the_registry_finds_both_dialects() -> None:
    assert {"tercet.linear", "tercet.requantize", "tercet.threshold"} <= {
        op.name for op in operators()
    }
    assert all(op.name.startswith("tercet.") for op in operators())
    assert all(op.name.startswith("real.") for op in real_operators())
