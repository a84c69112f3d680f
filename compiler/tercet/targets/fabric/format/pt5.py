"""PT-5: five trits in a byte, sum of 3^i (t_i + 1), first trit least significant."""

import numpy as np
import numpy.typing as npt

from tercet.ir.types import IntArray

BYTE_TRITS = 5
CODES = 3**BYTE_TRITS
"""Number of valid bytes: from here on they have no meaning."""
POWERS = 3 ** np.arange(BYTE_TRITS, dtype=np.int64)


def pack(trits: IntArray) -> npt.NDArray[np.uint8]:
    """Bytes [..., n / 5] of trits [..., n] in {-1, 0, 1}; n is a multiple of 5."""
    assert trits.shape[-1] % 5 == 0, trits.shape
    assert np.isin(trits, (-1, 0, 1)).all()
    groups = trits.reshape(*trits.shape[:-1], -1, 5) + 1
    return (groups @ POWERS).astype(np.uint8)


def unpack(packed: npt.NDArray[np.uint8]) -> IntArray:
    """The trits [..., 5 n] of bytes [..., n]; every byte is below 243."""
    assert (packed < CODES).all()
    digits = packed[..., None].astype(np.int64) // POWERS % 3 - 1
    return digits.reshape(*packed.shape[:-1], -1)
