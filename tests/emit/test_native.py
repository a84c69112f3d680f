"""The emitted C and HLS programs, compiled and held to the operators' references."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.helpers.draw import SAMPLES, label, op_of, operands

from tercet.errors import TercetError, VerifyError
from tercet.ir.op import Sample
from tercet.ir.types import IntArray
from tercet_signoff.executors import native
from tercet_signoff.executors.compiled import tree

Executor = Callable[..., dict[str, IntArray]]
executors = pytest.mark.parametrize("run", [native.run_c, native.run_hls], ids=["c", "hls"])

FAULTS = [
    (native.run_c, "runtime/src/arith.h", "down % 2 != 0", "1", "requantize-ties"),
    (native.run_c, "runtime/src/arith.h", "v < low ? low", "v < low ? high", "requantize-ties"),
    (native.run_c, "runtime/src/ops/linear.c", "- zero_point);", "+ zero_point);", "linear-full"),
    (native.run_c, "runtime/src/ops/conv.c", "weight != 0", "weight > 0", "conv-image"),
    (native.run_c, "runtime/src/ops/conv.c", "o / each * maps", "o % each * maps", "conv-groups"),
    (native.run_c, "runtime/src/ops/max_pool.c", "INT64_MIN", "0", "max_pool-line"),
    (native.run_c, "runtime/src/ops/conv_transpose.c", "o % each)", "0)", "conv_transpose-image"),
    (native.run_c, "runtime/src/ops/sum_pool.c", "acc[i] *=", "acc[i] +=", "sum_pool-image"),
    (native.run_c, "runtime/src/ops/sum.c", "attrs[1]);", "0);", "sum-tokens"),
    (native.run_c, "runtime/src/ops/matmul.c", "k) - attrs[0]", "k)", "matmul-heads"),
    (native.run_c, "runtime/src/ops/gather.c", "shape[0] - 1", "shape[0] - 2", "gather-words"),
    (native.run_c, "runtime/src/ops/threshold.c", "acc >=", "acc >", "threshold-nibbles"),
    (native.run_c, "runtime/src/ops/requantize.c", "mul[n] *", "mul[0] *", "requantize-image"),
    (native.run_c, "runtime/src/ops/add.c", "+ mul_b[n]", "- mul_b[n]", "add-residual"),
    (native.run_c, "runtime/src/ops/mul.c", "- attrs[1]", "+ attrs[1]", "mul-gate"),
    (native.run_c, "runtime/src/ops/table.c", "i / inner", "0 * i / inner", "table-prelu"),
    (
        native.run_c,
        "runtime/src/ops/pair_table.c",
        "row * columns",
        "row * (columns - 1)",
        "pair_table-part",
    ),
    (
        native.run_c,
        "runtime/src/ops/transpose.c",
        "= stride_of",
        "= 0 * stride_of",
        "transpose-last",
    ),
    (native.run_c, "runtime/src/ops/slice.c", "w.at += ", "w.at = ", "slice-steps"),
    (native.run_c, "runtime/src/ops/concat.c", "to += bytes;", "to += inner;", "concat-pair"),
    (native.run_c, "runtime/src/ops/repeat.c", "* stride;", "* (stride - stride);", "repeat-line"),
    (native.run_c, "runtime/src/ops/broadcast.c", "== 1 ? 0 :", "!= 0 ? 0 :", "broadcast-rows"),
    (native.run_c, "runtime/src/ops/pad.c", "place >= 0", "place > 0", "pad-image"),
    (native.run_c, "runtime/src/ops/softmax.c", "+ before *", "- before *", "softmax-channels"),
    (native.run_c, "runtime/src/ops/rms_norm.c", "attrs[0], 0", "0, 0", "rms_norm-tokens"),
    (native.run_c, "runtime/src/normalize.h", "at >= -30", "at >= -28", "layer_norm-tokens"),
    (native.run_c, "runtime/src/division.h", "+ last", "- last", "layer_norm-groups"),
    (
        native.run_hls,
        "hls/include/tercet/arith.hpp",
        "((v >> s) & T(1))",
        "T(1)",
        "requantize-ties",
    ),
    (native.run_hls, "hls/include/tercet/flat.hpp", "n_ + 1 == N ? 0 : n_ + 1", "0", "table-prelu"),
    (native.run_hls, "hls/include/tercet/concat.hpp", "offset * ", "0 * ", "concat-pair"),
    (native.run_hls, "hls/include/tercet/mul.hpp", "- Exact(ZeroB)", "+ Exact(ZeroB)", "mul-gate"),
    (native.run_hls, "hls/include/tercet/arith.hpp", ": w > 0 ?", ": w < 0 ?", "linear-trits"),
    (native.run_hls, "hls/include/tercet/max_pool.hpp", "!any || ", "", "max_pool-line"),
    (native.run_hls, "hls/include/tercet/conv.hpp", "at + k * Dilation;", "at + k;", "conv-image"),
    (
        native.run_hls,
        "hls/include/tercet/conv_transpose.hpp",
        "% Stride != 0",
        "< 0",
        "conv_transpose-line",
    ),
    (native.run_hls, "hls/include/tercet/sum_pool.hpp", "h * OW + w)", "w)", "sum_pool-image"),
    (native.run_hls, "hls/include/tercet/sum.hpp", "Acc(x) - Acc(ZeroPoint)", "x", "sum-tokens"),
    (
        native.run_hls,
        "hls/include/tercet/matmul.hpp",
        "- Acc(ZeroB)",
        "+ Acc(ZeroB)",
        "matmul-heads",
    ),
    (native.run_hls, "hls/include/tercet/gather.hpp", "V - 1)", "V - 2)", "gather-words"),
    (native.run_hls, "hls/include/tercet/threshold.hpp", ">= as<", "> as<", "threshold-nibbles"),
]


def drawn(name: str, batch: int, rng: np.random.Generator) -> tuple[Sample, list[IntArray]]:
    """The sample called `name`, and a batch of each input."""
    (sample,) = (s for s in SAMPLES if label(s) == name)
    return sample, operands(sample, batch, rng)


@pytest.mark.parametrize("sample", [s for s in SAMPLES if op_of(s.module).c], ids=label)
def test_an_emitted_c_operator_equals_its_reference(
    sample: Sample, rng: np.random.Generator
) -> None:
    agree(native.run_c, sample, rng)


@pytest.mark.parametrize("sample", [s for s in SAMPLES if op_of(s.module).hls], ids=label)
def test_an_emitted_hls_operator_equals_its_reference(
    sample: Sample, rng: np.random.Generator
) -> None:
    agree(native.run_hls, sample, rng)


def agree(run: Executor, sample: Sample, rng: np.random.Generator) -> None:
    drawn = operands(sample, 9, rng)
    *_, got = run(sample.module, *drawn).values()
    np.testing.assert_array_equal(got, op_of(sample.module).reference(*drawn))


@pytest.mark.parametrize(("run", "path", "good", "bad", "name"), FAULTS)
def test_a_fault_in_a_kernel_shows(
    run: Executor, path: str, good: str, bad: str, name: str, rng: np.random.Generator
) -> None:
    sample, inputs = drawn(name, 500, rng)
    sources = tree(*(native.RUNTIME if run is native.run_c else native.HEADERS))
    assert sources[path].count(good) == 1
    faulty = {**sources, path: sources[path].replace(good, bad)}
    *_, got = run(sample.module, *inputs, sources=faulty).values()
    assert (got != op_of(sample.module).reference(*inputs)).any()


@executors
def test_an_input_that_does_not_fit_is_refused(run: Executor) -> None:
    sample, (x,) = drawn("linear-trits", 2, np.random.default_rng(0))
    with pytest.raises(VerifyError, match=r"an input of 0 to 256 does not fit .* ui8"):
        run(sample.module, np.where(x == 255, 256, x))


@executors
def test_sources_that_do_not_compile_are_one_clear_error(run: Executor) -> None:
    sample, (x,) = drawn("linear-one", 2, np.random.default_rng(0))
    with pytest.raises(TercetError, match="did not accept the emitted sources"):
        run(sample.module, x, sources={})


def test_a_second_run_builds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sample, (x,) = drawn("linear-one", 2, np.random.default_rng(0))
    native.run_c(sample.module, x)
    monkeypatch.setattr(
        "tercet_signoff.executors.compiled._build", lambda *_: pytest.fail("built again")
    )
    native.run_c(sample.module, x)
