"""Limits of the constants of integer operators, so that every intermediate value fits 64 bits.

Rescaling is rne(product + add, shift): a product of at most 2^62 leaves room for an addend below
2^55 and the rounding. A normalization adds to a value below 2^61, so its addend may be larger.
"""

MUL_LIMIT = 1 << 31
"""Rescaling: |mul| is below this."""
ADD_LIMIT = 1 << 55
"""Rescaling: |add| is below this."""
PRODUCT_LIMIT = 1 << 62
"""The greatest magnitude of a product; the sums and tables of a softmax stay below it."""
SHIFT_MAX = 50
"""Rescaling and normalizations: the greatest shift."""
NORM_ADD_LIMIT = 1 << 61
"""Normalizations: |add| is below this, and so is the value that it is added to."""
NORM_MUL_LIMIT = 1 << 62
"""Normalizations: |mul| is below this."""
