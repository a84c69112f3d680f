"""What Tercet makes of a network, operator by operator, in seconds: pure functions to one value."""

from tercet.check.compare import compare
from tercet.check.contract import Check
from tercet.check.make import make, refused, with_comparison

__all__ = ["Check", "compare", "make", "refused", "with_comparison"]
