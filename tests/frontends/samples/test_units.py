"""Samples in other units than the network's are told; values that are merely clipped are not."""

import numpy as np
import pytest
from xdsl.dialects.builtin import ModuleOp

from tercet.frontends.samples.units import of_others, of_quantizers
from tercet.ir.host.boundary import set_entries
from tercet.ir.host.entry import Entry
from tercet.ir.interval import Interval
from tercet.ir.module import build
from tercet.ir.types import SI8, UI8, FloatArray, tensor
from tercet.ops.linear import Linear

BYTES, SIGNED, TRITS = Interval(0, 255), Interval(-128, 127), Interval(-1, 1)
RNG = np.random.default_rng(1)
UNIT = RNG.random((40, 3, 4))
NORMAL = RNG.standard_normal((40, 3, 4))


def module(clip: Interval, scale: float, factor: float = 1, offset: float = 0) -> ModuleOp:
    """A network whose only input has a quantizer, behind a factor and an offset."""
    kind = UI8 if clip.low == 0 else SI8
    made = build([tensor((1, 3, 4), kind)], lambda x: [Linear(x, np.ones((2, 4), int), layer="fc")])
    set_entries(made, [Entry(np.array(scale), 0, clip, np.array(factor), np.array(offset))])
    return made


FINE: dict[str, tuple[ModuleOp, FloatArray]] = {
    "pixels of 0 to 1": (module(BYTES, 1 / 255), UNIT),
    "black and white": (module(BYTES, 1 / 255), np.rint(UNIT)),
    "bytes": (module(BYTES, 1.0), np.floor(256 * UNIT)),
    "normal, clipped at two": (module(SIGNED, 2 / 128), NORMAL),
    "an outlier": (module(SIGNED, 4 / 128), np.where(np.arange(480).reshape(40, 3, 4), UNIT, 90)),
    "trits of normal values": (module(TRITS, 0.5), 3 * NORMAL),
    "fixed point with much room": (module(SIGNED, 1.0), 5 * NORMAL),
    "normalized by the network": (
        module(SIGNED, 2 / 128, factor=1 / 64, offset=-2),
        np.floor(256 * UNIT),
    ),
}
FAR: dict[str, tuple[ModuleOp, FloatArray, str]] = {
    "bytes for 0 to 1": (
        module(BYTES, 1 / 255),
        np.floor(256 * UNIT),
        "far outside 0 to 1, the range of the input's quantizer: they reach from 0 to 255; give",
    ),
    "sixteenths for 0 to 1": (module(BYTES, 1 / 255), 16 * UNIT, "% of the samples' elements lie"),
    "below the range": (module(BYTES, 1 / 255), UNIT - 2, "they reach from -1.998 to -1.0"),
    "bytes for a network that normalizes pixels of 0 to 1": (
        module(SIGNED, 2 / 128, factor=4, offset=-2),
        np.floor(256 * UNIT),
        "far outside 0 to 0.99",
    ),
    "0 to 1 for bytes": (module(BYTES, 1.0), UNIT, "2 of the 256 steps of 0 to 255"),
    "one value": (module(BYTES, 1 / 255), 0 * UNIT + 0.5, "1 of the 256 steps of 0 to 1"),
}


@pytest.mark.parametrize("case", FINE)
def test_samples_in_the_units_of_the_network_are_not_told(case: str) -> None:
    network, x = FINE[case]
    assert of_quantizers(network, [x]) == ()


@pytest.mark.parametrize("case", FAR)
def test_samples_in_other_units_are_one_sentence(case: str) -> None:
    network, x, words = FAR[case]
    (told,) = of_quantizers(network, [x])
    assert told.startswith("x: ")
    assert words in told
    assert told.endswith("give them in the units that the model was trained on")


def test_whole_numbers_are_not_held_to_a_range_of_reals() -> None:
    assert of_quantizers(module(BYTES, 1 / 255), [np.full((9, 3, 4), 200)]) == ()


def test_inputs_are_held_to_others_of_the_model() -> None:
    assert of_others("x", UNIT, UNIT[:3], "the model's example()") == ()
    assert of_others("x", UNIT, np.zeros((1, 3, 4)), "the model's example()") == ()
    (told,) = of_others("x", 255 * UNIT, UNIT, "the model's example()")
    assert "the model's example(): they reach from" in told
