"""The program format: what is encoded is decoded, and every bit has one owner."""

import numpy as np
import pytest

from tercet.targets.fabric.format.frame import (
    FRAME_BYTES,
    FRAMES,
    WORDS,
    Bits,
    Exec,
    Frame,
    Load,
    Opcode,
    Store,
)


def ends(at: Bits) -> tuple[int, int]:
    """The least and the greatest value of a field."""
    low = -(1 << (at.width - 1)) if at.signed else 0
    return low, low + (1 << at.width) - 1


def words_of(frame: Frame) -> list[int]:
    return [int(w) for w in np.frombuffer(frame.encode(), "<u8")]


@pytest.mark.parametrize("kind", FRAMES)
def test_random_frames_survive_encoding_and_decoding(
    kind: type[Frame], rng: np.random.Generator
) -> None:
    for _ in range(50):
        values = {n: int(rng.integers(*ends(at), endpoint=True)) for n, at in kind.layout().items()}
        frame = kind(**values)
        data = frame.encode()
        assert len(data) == FRAME_BYTES
        assert data[0] == kind.opcode
        assert kind.decode(data) == frame


@pytest.mark.parametrize("kind", FRAMES)
def test_both_ends_of_every_field_fit_and_what_lies_beyond_is_refused(kind: type[Frame]) -> None:
    for name, at in kind.layout().items():
        low, high = ends(at)
        for value in (low, high):
            assert getattr(kind.decode(kind(**{name: value}).encode()), name) == value
        for value in (low - 1, high + 1):
            with pytest.raises(ValueError, match=f"{kind.__name__}.{name} = {value} needs"):
                kind(**{name: value}).encode()


@pytest.mark.parametrize("kind", FRAMES)
def test_no_two_fields_share_a_bit_and_reserved_is_what_nobody_owns(kind: type[Frame]) -> None:
    owned = [0xFF] + [0] * (WORDS - 1)
    for at in kind.layout().values():
        mask = ((1 << at.width) - 1) << at.low
        assert mask < 1 << 64
        assert not owned[at.word] & mask
        owned[at.word] |= mask
    assert [o ^ r for o, r in zip(owned, kind.reserved(), strict=True)] == [2**64 - 1] * WORDS


@pytest.mark.parametrize("kind", FRAMES)
def test_an_encoded_frame_leaves_reserved_bits_zero(kind: type[Frame]) -> None:
    greatest = kind(**{name: ends(at)[1] for name, at in kind.layout().items()})
    least = kind(**{name: ends(at)[0] for name, at in kind.layout().items()})
    for frame in (greatest, least):
        assert all(w & r == 0 for w, r in zip(words_of(frame), kind.reserved(), strict=True))


def test_waits_mask_and_configuration_stand_in_the_same_place_in_every_frame() -> None:
    for name, at in Frame.layout().items():
        assert all(kind.layout()[name] == at for kind in FRAMES)


def test_address_and_beats_stand_in_the_same_place_in_load_and_store() -> None:
    for name in ("address", "beats"):
        load, store = Load.layout()[name], Store.layout()[name]
        assert (load.word, load.low, load.width) == (store.word, store.low, store.width)


def test_a_frame_worked_out_by_hand() -> None:
    frame = Exec(last=1, wait_load=2, mask=0xF, config_id=0xABCD, act_base=3, low=-1, high=255)
    words = words_of(frame)
    assert words[0] == Opcode.EXEC | 1 << 8 | 2 << 16
    assert words[1] == 0xF | 0xABCD << 32
    assert words[2] == 3 << 48
    assert words[5] == 0x3FF << 16 | 255 << 32
