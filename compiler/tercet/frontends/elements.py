"""Integer element types of quantizers."""

from tercet.ir.interval import Interval
from tercet.ir.types import Int, signed, unsigned


def narrowest(clip: Interval) -> Int:
    """The type of fewest bits that holds `clip`; a sign takes one, and so does a zero."""
    if clip.low >= 0:
        return unsigned(max(clip.high.bit_length(), 1))
    return signed(max(clip.high.bit_length(), (-clip.low - 1).bit_length(), 1) + 1)
