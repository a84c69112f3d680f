"""The headers in the place of liblz4 and zlib write what their readers read."""

import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest

from tercet_cosim.build import overlay

CASES = {
    "nothing": b"",
    "one byte": b"a",
    "a row of zeros": bytes(100_000),
    "words": b"01 zz 01 zz 10 " * 500,
    "a match at the end": b"abcdefgh" * 3,
    "a match one back": b"x" + b"y" * 300,
    "literals of 15": bytes(range(15)) + bytes(40),
    "literals of 270": bytes(range(256)) + bytes(range(100, 114)) + bytes(999),
    "a match farther than 65,535": bytes(range(200)) + bytes(70_000) + bytes(range(200)),
    "noise": np.random.default_rng(1).integers(0, 256, 200_000).astype(np.uint8).tobytes(),
    "few values": np.random.default_rng(2).integers(0, 3, 200_000).astype(np.uint8).tobytes(),
}


def unpacked(block: bytes) -> bytes:
    """An LZ4 block as the format's description says to read it."""
    found, at = bytearray(), 0

    def number(first: int) -> int:
        nonlocal at
        while first >= 15:
            at += 1
            first += block[at - 1]
            if block[at - 1] < 255:
                break
        return first

    while at < len(block):
        token = block[at]
        at += 1
        count = number(token >> 4)
        found += block[at : at + count]
        at += count
        if at == len(block):
            break
        distance = block[at] | block[at + 1] << 8
        at += 2
        assert 0 < distance <= len(found)
        for _ in range(number(token & 15) + 4):
            found.append(found[-distance])
    return bytes(found)


@pytest.fixture(scope="module")
def compress(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("fst") / "compress"
    source = Path(__file__).with_name("compress.cpp")
    words = ["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"]
    subprocess.run([*words, f"-I{overlay.COMPRESSION}", source, "-o", program], check=True)
    return program


def run(program: Path, kind: str, data: bytes) -> bytes:
    return subprocess.run([program, kind], input=data, capture_output=True, check=True).stdout


@pytest.mark.parametrize("data", CASES.values(), ids=CASES)
def test_a_block_of_lz4_holds_what_went_in(compress: Path, data: bytes) -> None:
    block = run(compress, "lz4", data)
    assert unpacked(block) == data
    assert len(block) <= len(data) + len(data) // 255 + 16


@pytest.mark.parametrize("name", ["a row of zeros", "words"])
def test_lz4_makes_what_repeats_much_smaller(compress: Path, name: str) -> None:
    assert len(run(compress, "lz4", CASES[name])) < 0.1 * len(CASES[name])


@pytest.mark.parametrize("data", CASES.values(), ids=CASES)
def test_a_stream_of_zlib_holds_what_went_in(compress: Path, data: bytes) -> None:
    assert zlib.decompress(run(compress, "zlib", data)) == data
