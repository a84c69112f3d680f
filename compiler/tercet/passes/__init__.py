"""Passes: from the float dialect to the integer dialect, each one tested by running both sides."""

from tercet.passes.pipeline.order import (
    DEFAULT,
    ENDING,
    NORMALIZATION,
    SUMMATION,
    in_order,
    run,
)

__all__ = ["DEFAULT", "ENDING", "NORMALIZATION", "SUMMATION", "in_order", "run"]
