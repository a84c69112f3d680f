"""Passes from the float dialect to the integer dialect; tests run the module before and after."""

from tercet.passes.pipeline.order import (
    DEFAULT,
    ENDING,
    NORMALIZATION,
    SUMMATION,
    in_order,
    run,
)

__all__ = ["DEFAULT", "ENDING", "NORMALIZATION", "SUMMATION", "in_order", "run"]
