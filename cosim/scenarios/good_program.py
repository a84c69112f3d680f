"""A program that runs correctly, and changes that make it break one rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from draw.networks.dense import inputs, network, requantized
from tercet.ir.types import UI8
from tercet.targets.fabric.format.frame import (
    FRAME_BYTES,
    Bank,
    ErrorCode,
    Exec,
    Frame,
    Load,
    Store,
)
from tercet.targets.fabric.format.spec import BUS_BYTES, named
from tercet.targets.fabric.format.tables import ENTRY_BYTES, Entry, Run
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.plan import Plan, Program
from tercet_golden import cycles, integer

FABRIC = "tfmbs"
LOAD, EXEC, EXEC_LAST, STORE = range(4)
"""Frames of the good program."""


@dataclass(frozen=True)
class Good:
    """A network that runs correctly: its plan, one input, the expected output and cycles."""

    plan: Plan
    input: bytes
    output: dict[str, list[int]]
    cycles: int


@cache
def good() -> Good:
    rng = np.random.default_rng(11)
    module = network(rng, (40, 30, 12), (requantized(UI8), None))
    plan, x = make(module, named(FABRIC)), inputs(rng, module, 6, 0)[4:5]
    values = integer.run(module, x)
    predicted = cycles.predict(plan, x)
    output = {name: found[0].tolist() for name, found in plan.unpack(predicted.outputs).items()}
    assert output == {name: values[name].ravel().tolist() for name in output}
    assert len(plan.infer.frames) == 1 + STORE
    took = int(predicted.cycles[0])
    return Good(plan, plan.pack(x)[0].tobytes(), output, took)


Spoil = Callable[[list[Frame]], bytes]


@dataclass(frozen=True)
class Bad:
    """A program with one fault."""

    name: str
    code: ErrorCode
    frame: int
    spoil: Spoil
    setup: bool = False
    """Whether the set-up program has the fault."""
    starts: bool = False
    """Whether the frame breaks the rule while it runs, so it may have accessed memory."""
    fault: int = 0
    """Address that answers with a bus error, if there is one."""
    poke: Mapping[int, bytes] = field(default_factory=dict)
    """The changes of memory: bytes by their address."""
    before: Spoil | None = None
    """The set-up program to run first, if its data are changed."""
    frames: int | None = None
    """The value of PROGRAM_LENGTH, if it is wrong."""

    def program(self, plan: Plan) -> Program:
        return plan.setup if self.setup else plan.infer

    def allowed(self, plan: Plan) -> list[range]:
        """Addresses that the fabric may access."""
        program = self.program(plan)
        before = program.frames[: self.frame + self.starts]
        spans = [_span(frame) for frame in before if isinstance(frame, Load | Store)]
        return [range(program.address, program.address + program.size), *spans]


def _span(frame: Load | Store) -> range:
    return range(frame.address, frame.address + BUS_BYTES * frame.beats)


def bytes_of(frames: list[Frame]) -> bytes:
    return b"".join(frame.encode() for frame in frames)


def changed(number: int, **fields: int) -> Callable[[list[Frame]], bytes]:
    """Fields of one frame have other values."""

    def spoil(frames: list[Frame]) -> bytes:
        return bytes_of([replace(f, **fields) if i == number else f for i, f in enumerate(frames)])

    return spoil


def more(number: int, name: str, by: int) -> Callable[[list[Frame]], bytes]:
    """A field of one frame is larger."""
    return lambda frames: changed(number, **{name: getattr(frames[number], name) + by})(frames)


def flipped(number: int, word: int, bit: int) -> Callable[[list[Frame]], bytes]:
    """One bit of one frame is the other way round."""

    def spoil(frames: list[Frame]) -> bytes:
        data = bytearray(bytes_of(frames))
        data[FRAME_BYTES * number + 8 * word + bit // 8] ^= 1 << bit % 8
        return bytes(data)

    return spoil


def loads(bank: Bank) -> list[int]:
    """Numbers of the set-up frames that load a bank."""
    frames = enumerate(good().plan.setup.frames)
    return [n for n, frame in frames if isinstance(frame, Load) and frame.bank == bank]


def entry(bank: Bank, at: int, kind: type[Entry], **values: int) -> dict[int, bytes]:
    """Entry `at` of the first tile's table with other values in some fields, by its address."""
    address = _address(bank, at)
    word = _word(address)
    for name, value in values.items():
        bits = kind.layout()[name]
        mask = ((1 << bits.width) - 1) << bits.low
        word = (word & ~mask) | (value << bits.low & mask)
    return {address: word.to_bytes(ENTRY_BYTES, "little")}


def first_run(bank: Bank, number: int) -> int:
    """The first entry of an EXEC frame's table."""
    frame = good().plan.infer.frames[number]
    assert isinstance(frame, Exec)
    return frame.walk if bank is Bank.WALK else frame.route


def first_listed(bank: Bank, number: int) -> int:
    """The first entry of the first list."""
    bits = Run.layout()["list"]
    word = _word(_address(bank, first_run(bank, number)))
    return word >> bits.low & ((1 << bits.width) - 1)


def _address(bank: Bank, at: int) -> int:
    """The memory address of an entry of the first tile's table."""
    for number in loads(bank):
        load = good().plan.setup.frames[number]
        assert isinstance(load, Load)
        if load.base <= at < load.base + load.slice_beats:
            return load.address + ENTRY_BYTES * (at - load.base)
    raise AssertionError(f"no LOAD brings entry {at} of {bank.name}")


def _word(address: int) -> int:
    return int.from_bytes(good().plan.image()[address : address + ENTRY_BYTES].tobytes(), "little")
