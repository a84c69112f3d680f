"""Warnings for samples in the wrong units, such as bytes for a network of 0 to 1.

They compare the samples with the range of a quantizer or of other inputs. A few clipped values are
usual; values beyond the range by more than half of its width are not.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.ir.host.boundary import entries_of
from tercet.ir.host.entry import Entry
from tercet.ir.module import inputs_of
from tercet.ir.types import Array, FloatArray

FAR, SHARE = 0.5, 0.01
"""An element is far outside if it is beyond the range by this share of its width; and the share
of such elements from which a warning is given."""
FEW = 8
"""The levels of a quantizer that clips on purpose, such as a ternary one."""
NARROW, LEVELS = 3, 64
"""A warning is given for samples within so few steps of a quantizer that has so many."""


def of_quantizers(module: ModuleOp, samples: Sequence[Array]) -> tuple[str, ...]:
    """A warning for each input of `module` whose samples do not suit its quantizer."""
    found = list[str]()
    for argument, entry in zip(inputs_of(module), entries_of(module), strict=True):
        x = samples[entry.source] if entry.source < len(samples) else np.zeros(0)
        if x.size and np.issubdtype(x.dtype, np.floating):
            found += _of_entry(argument.name_hint or "x", entry, np.asarray(x, np.float64))
    return tuple(found)


def of_others(name: str, x: Array, others: Array, what: str) -> tuple[str, ...]:
    """A warning if inputs `x` do not suit `others`, such as those of the model's `example()`."""
    low, high = float(np.min(others)), float(np.max(others))
    share = _share_far(np.asarray(x, np.float64), low, high)
    return (_sentence(name, x, share, low, high, what),) if share >= SHARE else ()


def _of_entry(name: str, entry: Entry, x: FloatArray) -> Iterator[str]:
    low, high = entry.clip.low, entry.clip.high
    if high - low < FEW - 1:
        return
    ends = np.concatenate([np.ravel(entry.reals(np.array(end))) for end in (low, high)])
    first, last = float(ends.min()), float(ends.max())
    share = _share_far(entry.position(x), low, high)
    what = "the range of the input's quantizer"
    if share >= SHARE:
        yield _sentence(name, x, share, first, last, what)
        return
    q = entry.quantize(x)
    if high - low >= LEVELS - 1 and q.max() - q.min() < NARROW:
        steps = q.max() - q.min() + 1
        yield (
            f"{name}: the samples reach only from {x.min():.4g} to {x.max():.4g}, {steps} of the "
            f"{high - low + 1} steps of {first:.4g} to {last:.4g}, {what}: give them in the units "
            "that the model was trained on"
        )


def _share_far(position: FloatArray, low: float, high: float) -> float:
    """The share of elements far outside; 0 for an empty range."""
    if not high > low:
        return 0.0
    room = FAR * (high - low)
    return float(np.mean((position < low - room) | (position > high + room)))


def _sentence(name: str, x: Array, share: float, low: float, high: float, what: str) -> str:
    return (
        f"{name}: {100 * share:.0f} % of the samples' elements lie far outside {low:.4g} to "
        f"{high:.4g}, {what}: they reach from {x.min():.4g} to {x.max():.4g}; give them in the "
        "units that the model was trained on"
    )
