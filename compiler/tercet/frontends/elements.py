"""Integer element types of quantizers."""

from tercet.ir.interval import Interval
from tercet.ir.types import Int, signed, unsigned


def narrowest(clip: Interval) -> Int:
    """The type of fewest bits that holds `clip`: at least one bit, and one more for a sign."""
    if clip.low >= 0:
        return unsigned(max(clip.high.bit_length(), 1))
    return signed(max(clip.high.bit_length(), (-clip.low - 1).bit_length(), 1) + 1)
