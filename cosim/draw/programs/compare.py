"""The first difference between the RTL's run of a program and the model's, as a sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from draw.programs.program import RandomProgram
from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Exec, Kind, Mode
from tercet_cosim.bench import counters
from tercet_cosim.bench.batch import Ran


@dataclass(frozen=True)
class Values:
    """The values that an EXEC frame wrote, in order [values, T]."""

    results: IntArray
    sums: IntArray


@dataclass(frozen=True)
class Expected:
    """The expected outcome of a program."""

    memory: npt.NDArray[np.uint8]
    cycles: int
    """Cycles from the doorbell's handshake to irq."""
    counters: Mapping[str, int]
    frames: Mapping[int, int]
    """Cycles of every EXEC frame, by its number."""
    values: Mapping[int, Values]
    """The values by the number of the frame."""


def difference(program: RandomProgram, want: Expected, got: Ran, *, timing: bool = True) -> str:
    """The first difference, "" if there is none. Without `timing`, only integers count."""
    if got.error:
        return f"the fabric reports {got.error}"
    return next(_all(program, want, got, timing=timing), "")


def _all(program: RandomProgram, want: Expected, got: Ran, *, timing: bool) -> Iterator[str]:
    for number, frame in enumerate(program.frames):
        if isinstance(frame, Exec):
            yield from _frame(program, number, frame, want, got, timing=timing)
    yield from _bytes(want.memory, got.memory)
    if timing:
        yield from _counters(program, want, got)
        if got.cycles != want.cycles:
            yield f"doorbell to irq: expected {want.cycles} cycles, found {got.cycles}"


def _frame(
    program: RandomProgram, number: int, frame: Exec, want: Expected, got: Ran, *, timing: bool
) -> Iterator[str]:
    """Differences of the values and the cycles of one EXEC frame."""
    name = f"frame {number} ({described(frame)})"
    tiles = program.spec.tiles
    heard = got.values[got.values[:, 0] == number, 1:].astype(np.int64)
    values = want.values.get(number, Values(*2 * (np.zeros((0, tiles), np.int64),)))
    telling = telling_tiles(frame, tiles)
    parts = (("sum", values.sums, heard[:, tiles:]), ("result", values.results, heard[:, :tiles]))
    for what, expected, found in parts:
        count = min(len(expected), len(found))
        places = np.argwhere(expected[:count, telling] != found[:count, telling])
        if len(places):
            value, at = places[0].tolist()
            tile = telling[at]
            yield (
                f"{name}: {what} of value {value} in tile {tile}:"
                f" expected {expected[value, tile]}, found {found[value, tile]}"
                f" ({len(places)} of {count * len(telling)} differ)"
            )
    if len(heard) != len(values.results):
        yield f"{name}: expected {len(values.results)} values, found {len(heard)}"
    took = dict(got.frames.tolist()).get(number, -1)
    if timing and took != want.frames[number]:
        yield f"{name}: expected {want.frames[number]} cycles, found {took}"


def _bytes(want: npt.NDArray[np.uint8], got: npt.NDArray[np.uint8]) -> Iterator[str]:
    places = np.flatnonzero(want != got)
    if len(places):
        at = int(places[0])
        yield (
            f"memory at 0x{at:x}: expected {want[at]}, found {got[at]}"
            f" ({len(places)} of {len(want)} bytes differ)"
        )


def _counters(program: RandomProgram, want: Expected, got: Ran) -> Iterator[str]:
    spec = program.spec
    names = counters.names(spec.tiles, spec.lanes, spec.telemetry)
    for name, value in zip(names, got.counters.tolist(), strict=True):
        if value != want.counters[name]:
            yield f"register {name}: expected {want.counters[name]}, found {value}"


def telling_tiles(frame: Exec, tiles: int) -> list[int]:
    """Tiles whose sums and results count: those that gather sums."""
    return [t for t in range(tiles) if frame.mask >> t & 1 and t % (1 << frame.log2_tk) == 0]


def described(frame: Exec) -> str:
    """A frame in a few words."""
    words = [Kind(frame.kind).name]
    if frame.kind != Kind.EXPORT and not frame.chain:
        words += [Mode(frame.mode).name, f"{frame.entries} entries", f"Tk {1 << frame.log2_tk}"]
    names = ("chain", "dense", "wide", "to_c")
    words += [name for name in names if getattr(frame, name)]
    return ", ".join([*words, f"{frame.groups} groups", f"mask 0x{frame.mask:x}"])
