"""Where each way to round changes its result: what a tie is."""

import numpy as np
import pytest
from xdsl.dialects.builtin import Float64Type, TensorType
from xdsl.utils.test_value import create_ssa_value

from tercet.ir.arithmetic.rounding import ROUNDINGS
from tercet.ir.interval import Interval
from tercet.ir.types import SI8, dense_float
from tercet.ops.real.quantize import Quantize

CLIP = Interval(-3, 3)
PLACES = np.arange(-40, 41) / 8
"""Steps: halves and whole numbers among them, some beyond the clip."""


def quantizer(mode: str, lattice: int | None) -> Quantize:
    x = create_ssa_value(TensorType(Float64Type(), (1, len(PLACES))))
    found = Quantize(x, np.array(0.1), 0, CLIP, SI8, layer="end", rounding=mode)
    if lattice is not None:
        found.properties["lattice"] = dense_float(np.array(float(lattice)))
    return found


@pytest.mark.parametrize("lattice", [None, 8], ids=["none", "eighths"])
@pytest.mark.parametrize("mode", ROUNDINGS)
def test_a_result_that_a_little_changes_is_a_tie_on_a_lattice_or_without(
    mode: str, lattice: int | None
) -> None:
    """Each place is off by what float64 makes of a sum of reals."""
    op = quantizer(mode, lattice)
    x = PLACES * 0.1 * (1 + 1e-15)
    below, above = (ROUNDINGS[mode].reference(PLACES + little) for little in (-0.01, 0.01))
    changes = np.clip(below, -3, 3) != np.clip(above, -3, 3)
    ties = op.ties(x)
    assert ties[changes].all()
    assert set(np.abs(PLACES[ties] % 1)) <= {float(ROUNDINGS[mode].edge)}
    assert 0 < changes.sum() <= ties.sum() <= changes.sum() + 3, "and few others"


def test_a_sign_has_one_tie() -> None:
    assert PLACES[quantizer("sign", None).ties(PLACES * 0.1)].tolist() == [0.0]
