"""How far the constants of integer operators may go, so that every step of them fits 64 bits.

Rescaling is rne(product + add, shift): a product of 2^62 at most leaves room for an addend below
2^55 and the rounding. A normalization adds to a value below 2^61, so that its addend may be larger.
"""

MUL_LIMIT = 1 << 31
"""Rescaling: |mul| is below this."""
ADD_LIMIT = 1 << 55
"""Rescaling: |add| is below this."""
PRODUCT_LIMIT = 1 << 62
"""A product is at most this, in magnitude; sums and tables of a softmax are below it."""
SHIFT_MAX = 50
"""Rescaling and normalizations: the greatest shift."""
NORM_ADD_LIMIT = 1 << 61
"""Normalizations: |add| is below this, and so is what it is added to."""
NORM_MUL_LIMIT = 1 << 62
"""Normalizations: |mul| is below this."""
