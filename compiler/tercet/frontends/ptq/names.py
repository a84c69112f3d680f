"""The kinds of weights by name, known before torch is loaded."""

WEIGHTS = ("ternary", "int4", "int8")
"""The choices of `tercet quantize --weights`; `schemes.WEIGHTS` has the quantizer of each."""
