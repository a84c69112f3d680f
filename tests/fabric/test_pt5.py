"""PT-5: five trits in a byte."""

import numpy as np
import pytest

from tercet.targets.fabric.format import pt5


def test_all_243_codes_unpack_to_different_trits_and_pack_back() -> None:
    codes = np.arange(243, dtype=np.uint8)
    trits = pt5.unpack(codes[:, None])
    assert trits.shape == (243, 5)
    assert set(np.unique(trits)) == {-1, 0, 1}
    assert len({tuple(row) for row in trits.tolist()}) == 243
    np.testing.assert_array_equal(pt5.pack(trits)[:, 0], codes)


def test_the_byte_of_a_number_of_five_trits_is_the_number_plus_121() -> None:
    trits = pt5.unpack(np.arange(243, dtype=np.uint8)[:, None])
    np.testing.assert_array_equal(trits @ 3 ** np.arange(5) + 121, np.arange(243))


def test_the_first_trit_is_the_least_significant() -> None:
    assert pt5.pack(np.array([1, 0, 0, 0, 0])) == 122
    assert pt5.pack(np.array([0, 0, 0, 0, -1])) == 121 - 81


def test_any_shape_survives_packing_and_unpacking(rng: np.random.Generator) -> None:
    trits = rng.integers(-1, 2, (3, 2, 4, 15))
    packed = pt5.pack(trits)
    assert packed.shape == (3, 2, 4, 3)
    np.testing.assert_array_equal(pt5.unpack(packed), trits)


@pytest.mark.parametrize("code", [243, 255])
def test_an_illegal_code_is_not_unpacked(code: int) -> None:
    with pytest.raises(AssertionError):
        pt5.unpack(np.array([code], np.uint8))
