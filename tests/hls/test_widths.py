"""The HLS kernels on types of exact width, such as a synthesis tool brings."""

from pathlib import Path

import numpy as np
import pytest
from tests.helpers.draw import SAMPLES, label, op_of, operands

from tercet.ir.op import Sample
from tercet_signoff.executors import native
from tercet_signoff.executors.compiled import tree

STANDARD = "hls/include/tercet/standard_types.hpp"


def exact_width() -> dict[str, str]:
    """The headers, with wrapping types of exact width in the place of the standard ones."""
    wrapping = Path(__file__).with_name("wrapping_types.hpp").read_text()
    return {**tree(*native.HEADERS), STANDARD: wrapping}


@pytest.mark.parametrize("sample", [s for s in SAMPLES if op_of(s.module).hls], ids=label)
def test_no_kernel_leaves_a_declared_width(sample: Sample, rng: np.random.Generator) -> None:
    drawn = operands(sample, 9, rng)
    *_, got = native.run_hls(sample.module, *drawn, sources=exact_width()).values()
    np.testing.assert_array_equal(got, op_of(sample.module).reference(*drawn))


def test_a_width_too_small_by_one_bit_shows() -> None:
    sources, path = exact_width(), "hls/include/tercet/requantize.hpp"
    sources[path] = sources[path].replace("sint<64>", "sint<63>")
    (ends,) = (s for s in SAMPLES if label(s) == "requantize-ends")
    x = np.full((1, 5), 2**31 - 1)
    *_, got = native.run_hls(ends.module, x, sources=sources).values()
    assert (got != op_of(ends.module).reference(x)).any()
