"""The emitted C and HLS programs, compiled and held to the operators' references."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.draw import SAMPLES, label, op_of, operands

from tercet.errors import TercetError, VerifyError
from tercet.ir.op import Sample
from tercet.ir.types import IntArray
from tercet_cosim import native
from tercet_cosim.compiled import tree

Executor = Callable[..., dict[str, IntArray]]
executors = pytest.mark.parametrize("run", [native.run_c, native.run_hls], ids=["c", "hls"])

FAULTS = [
    (native.run_c, "runtime/src/arith.h", "down % 2 != 0", "1", "requantize-ties"),
    (native.run_c, "runtime/src/arith.h", "v < low ? low", "v < low ? high", "requantize-ties"),
    (native.run_c, "runtime/src/ops/linear.c", "- zero_point);", "+ zero_point);", "linear-full"),
    (native.run_c, "runtime/src/ops/threshold.c", ">= row[s]", "> row[s]", "threshold-nibbles"),
    (
        native.run_hls,
        "hls/include/tercet/arith.hpp",
        "((v >> s) & T(1))",
        "T(1)",
        "requantize-ties",
    ),
    (native.run_hls, "hls/include/tercet/arith.hpp", ": w > 0 ?", ": w < 0 ?", "linear-trits"),
    (native.run_hls, "hls/include/tercet/threshold.hpp", ">= Acc(", "> Acc(", "threshold-nibbles"),
]


def drawn(name: str, batch: int, rng: np.random.Generator) -> tuple[Sample, IntArray]:
    """The sample called `name`, and a batch of inputs."""
    (sample,) = (s for s in SAMPLES if label(s) == name)
    (x,) = operands(sample, batch, rng)
    return sample, x


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
    sample, x = drawn(name, 500, rng)
    sources = tree(*(native.RUNTIME if run is native.run_c else native.HEADERS))
    assert sources[path].count(good) == 1
    faulty = {**sources, path: sources[path].replace(good, bad)}
    *_, got = run(sample.module, x, sources=faulty).values()
    assert (got != op_of(sample.module).reference(x)).any()


@executors
def test_an_input_that_does_not_fit_is_refused(run: Executor) -> None:
    sample, x = drawn("linear-trits", 2, np.random.default_rng(0))
    with pytest.raises(VerifyError, match=r"an input of 0 to 256 does not fit .* ui8"):
        run(sample.module, np.where(x == 255, 256, x))


@executors
def test_sources_that_do_not_compile_are_one_clear_error(run: Executor) -> None:
    sample, x = drawn("linear-one", 2, np.random.default_rng(0))
    with pytest.raises(TercetError, match="did not accept the emitted sources"):
        run(sample.module, x, sources={})


def test_a_second_run_builds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sample, x = drawn("linear-one", 2, np.random.default_rng(0))
    native.run_c(sample.module, x)
    monkeypatch.setattr("tercet_cosim.compiled._build", lambda *_: pytest.fail("built again"))
    native.run_c(sample.module, x)
