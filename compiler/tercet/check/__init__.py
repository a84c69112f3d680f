"""The value `Check` of a network: each operator with its integers, its place and its proof."""

from tercet.check.compare import compare
from tercet.check.contract import Check
from tercet.check.make import make, refused, with_comparison

__all__ = ["Check", "compare", "make", "refused", "with_comparison"]
