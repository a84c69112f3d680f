"""Damage ONNX files at random and see that each is answered by a sentence.

python -m tests.fuzz_onnx --seconds 60 --seed 1 [FILE...]
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from tests.helpers.onnx.broken import answer, sound

from tercet.frontends.onnx.registry import converters, refusals

NUMBERS = (-(1 << 62), -(1 << 31), -2, -1, 0, 1, 2, 3, 7, 1000, 1 << 20, 1 << 31, 1 << 62)
SLOW = 10.0
"""Seconds that no answer may take."""


def damaged(whole: bytes, rng: np.random.Generator) -> bytes:
    """One to a few faults: flipped bits, a byte of another value, a part lost, moved or doubled."""
    found = bytearray(whole)
    for _ in range(int(rng.integers(1, 5))):
        if not found:
            break
        place, length = int(rng.integers(len(found))), int(rng.integers(1, 40))
        match int(rng.integers(6)):
            case 0 | 1:
                found[place] ^= 1 << int(rng.integers(8))
            case 2:
                found[place] = int(rng.choice([0, 1, 0x7F, 0x80, 0xFF]))
            case 3:
                del found[place : place + length]
            case 4:
                found[place:place] = found[place : place + length]
            case _:
                other = int(rng.integers(len(found)))
                found[place : place + length] = found[other : other + length]
    return bytes(found)


def mutated(whole: bytes, rng: np.random.Generator) -> bytes:
    """A file that can be read, with one to a few numbers, names or operators changed."""
    proto = onnx.load_from_string(whole)
    for _ in range(int(rng.integers(1, 4))):
        node = proto.graph.node[int(rng.integers(len(proto.graph.node)))]
        stored = proto.graph.initializer[int(rng.integers(len(proto.graph.initializer)))]
        match int(rng.integers(7)):
            case 0 if node.attribute:
                attribute = node.attribute[int(rng.integers(len(node.attribute)))]
                attribute.i, attribute.f = int(rng.choice(NUMBERS)), float(rng.choice(NUMBERS))
                attribute.ints[:] = [int(rng.choice(NUMBERS)) for _ in attribute.ints]
            case 1 if node.input:
                names = [name for other in proto.graph.node for name in other.input]
                node.input[int(rng.integers(len(node.input)))] = str(rng.choice(names))
            case 2:
                known = sorted(kind for _, kind in (*converters(), *refusals()))
                node.op_type = str(rng.choice(known))
            case 3 if stored.dims:
                stored.dims[int(rng.integers(len(stored.dims)))] = int(rng.choice(NUMBERS))
            case 4:
                number = np.asarray([rng.choice(NUMBERS)], np.float32)
                stored.CopyFrom(numpy_helper.from_array(number, stored.name))
            case 5:
                stored.data_type = int(rng.integers(0, 28))
            case _:
                proto.opset_import[0].version = int(rng.integers(7, 27))
    return bytes(proto.SerializeToString())


def run(files: Sequence[bytes], seconds: float, seed: int) -> Counter[str]:
    """How many files were taken, and how many refused; anything else is an exception."""
    rng, seen, end = np.random.default_rng(seed), Counter[str](), time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "fuzz.onnx")
        for count in _until(end):
            whole = files[count % len(files)]
            path.write_bytes(mutated(whole, rng) if count % 2 else damaged(whole, rng))
            start = time.monotonic()
            try:
                said = answer(path)
            except BaseException:
                kept = Path(tempfile.gettempdir(), f"fuzz_onnx_{seed}_{count}.onnx")
                kept.write_bytes(path.read_bytes())
                print(f"escaped: {kept}")
                raise
            assert time.monotonic() - start < SLOW, f"seed {seed}, file {count} took too long"
            seen["taken" if said is None else "refused"] += 1
    return seen


def _until(end: float) -> Iterator[int]:
    count = 0
    while time.monotonic() < end:
        yield count
        count += 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()
    contents = [path.read_bytes() for path in options.files] or [sound().SerializeToString()]
    print(dict(run(contents, options.seconds, options.seed)))
