"""Programs that break one rule each, and what STATUS must say of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from tercet.fabric.frame import FRAME_BYTES, ErrorCode, Frame, Load, Store
from tercet.fabric.spec import BUS_BYTES, named
from tercet.ir.types import UI8
from tercet.plan import Plan, Program, make
from tercet_cosim.networks import inputs, network, requantized
from tercet_golden import cycles, integer

FABRIC = "tfmbs"
LOAD, EXEC, EXEC_LAST, STORE = range(4)
"""Frames of the good program."""
WEIGHTS, PARAMS = 0, 1
"""Frames of the set-up program."""


@dataclass(frozen=True)
class Good:
    """A network that runs right: its plan, one input in bytes, what must come out and when."""

    plan: Plan
    input: bytes
    output: list[int]
    cycles: int


@cache
def good() -> Good:
    rng = np.random.default_rng(11)
    module = network(rng, (40, 30, 12), (requantized(UI8), None))
    plan, x = make(module, named(FABRIC)), inputs(rng, module, 6, 0)[4:5]
    values = integer.run(module, x)
    output = values[plan.layers[-1].result_name][0].tolist()
    assert len(plan.infer.frames) == 1 + STORE
    took = int(cycles.predict(plan, values).cycles[0])
    return Good(plan, plan.pack(x)[0].tobytes(), output, took)


@dataclass(frozen=True)
class Bad:
    """A program with one fault."""

    name: str
    code: ErrorCode
    frame: int
    spoil: Callable[[list[Frame]], bytes]
    setup: bool = False
    """It is the set-up program that is spoiled."""
    starts: bool = False
    """The rule is broken by what the frame does, so it may have touched memory."""
    fault: Callable[[Plan], int] | None = None
    """Address that answers with a bus error."""
    poke: tuple[Callable[[Plan], int], int] | None = None
    """An address whose byte is changed."""
    frames: int | None = None
    """What PROGRAM_LENGTH says, if not the truth."""

    def program(self, plan: Plan) -> Program:
        return plan.setup if self.setup else plan.infer

    def allowed(self, plan: Plan) -> list[range]:
        """Addresses that the fabric may touch."""
        program = self.program(plan)
        before = program.frames[: self.frame + self.starts]
        spans = [_span(frame) for frame in before if isinstance(frame, Load | Store)]
        return [range(program.address, program.address + program.size), *spans]


def _span(frame: Load | Store) -> range:
    return range(frame.address, frame.address + BUS_BYTES * frame.beats)


def _bytes(frames: list[Frame]) -> bytes:
    return b"".join(frame.encode() for frame in frames)


def _changed(number: int, **fields: int) -> Callable[[list[Frame]], bytes]:
    """Fields of one frame have other values."""

    def spoil(frames: list[Frame]) -> bytes:
        return _bytes([replace(f, **fields) if i == number else f for i, f in enumerate(frames)])

    return spoil


def _more(number: int, name: str, by: int) -> Callable[[list[Frame]], bytes]:
    """A field of one frame is larger."""
    return lambda frames: _changed(number, **{name: getattr(frames[number], name) + by})(frames)


def _flipped(number: int, word: int, bit: int) -> Callable[[list[Frame]], bytes]:
    """One bit of one frame is the other way round."""

    def spoil(frames: list[Frame]) -> bytes:
        data = bytearray(_bytes(frames))
        data[FRAME_BYTES * number + 8 * word + bit // 8] ^= 1 << bit % 8
        return bytes(data)

    return spoil


def _reserved(number: int) -> list[Bad]:
    """The highest reserved bit of every word of a frame that has one."""
    frame = good().plan.infer.frames[number]
    kind = type(frame).__name__.upper()
    return [
        Bad(
            f"reserved bit {bits.bit_length() - 1} of word {word} of {kind}",
            ErrorCode.RESERVED,
            number,
            _flipped(number, word, bits.bit_length() - 1),
        )
        for word, bits in enumerate(frame.reserved())
        if bits
    ]


def _opcode(value: int) -> Bad:
    def spoil(frames: list[Frame]) -> bytes:
        data = bytearray(_bytes(frames))
        data[FRAME_BYTES * EXEC] = value
        return bytes(data)

    return Bad(f"opcode {value}", ErrorCode.OPCODE, EXEC, spoil)


def _weights(plan: Plan) -> int:
    return plan.segments[0].address


def bad_programs() -> list[Bad]:
    """Every rule of the program format, broken once or more."""
    e, plan = ErrorCode, good().plan
    below, behind = plan.window[0] - 8, plan.window[1]
    same = _changed(LOAD)
    return [
        *map(_opcode, (0, 4, 0x77, 0xFF)),
        *_reserved(LOAD),
        *_reserved(EXEC),
        *_reserved(STORE),
        Bad("LOAD for no tile", e.MASK, LOAD, _changed(LOAD, mask=0)),
        Bad("EXEC on no tile", e.MASK, EXEC, _changed(EXEC, mask=0)),
        Bad("another configuration", e.CONFIG, EXEC_LAST, _flipped(EXEC_LAST, 1, 40)),
        Bad("last comes early", e.LENGTH, EXEC, _changed(EXEC, last=1)),
        Bad("last is missing", e.LENGTH, STORE, _changed(STORE, last=0)),
        Bad("LOAD below the window", e.WINDOW, LOAD, _changed(LOAD, address=below)),
        Bad("LOAD from behind the window", e.WINDOW, LOAD, _changed(LOAD, address=behind)),
        Bad("LOAD across the limit", e.WINDOW, LOAD, _changed(LOAD, address=behind - 8)),
        Bad("LOAD at the end of memory", e.WINDOW, LOAD, _changed(LOAD, address=2**32 - 8)),
        Bad("LOAD from an odd address", e.WINDOW, LOAD, _more(LOAD, "address", 4)),
        Bad("STORE below the window", e.WINDOW, STORE, _changed(STORE, address=0)),
        Bad("STORE across the limit", e.WINDOW, STORE, _changed(STORE, address=behind - 8)),
        Bad("STORE to an odd address", e.WINDOW, STORE, _more(STORE, "address", 1)),
        Bad("a program of no frames", e.SIZE, 0, same, frames=0),
        Bad("a program that leaves the window", e.WINDOW, 0, same, frames=65535),
        Bad("LOAD into no bank", e.BANK, LOAD, _changed(LOAD, bank=3)),
        Bad("LOAD to a base within a word", e.BANK, LOAD, _more(LOAD, "base", 8)),
        Bad(
            "activations beyond bank B",
            e.BANK,
            LOAD,
            _changed(LOAD, base=plan.spec.bank_b_depth),
            starts=True,
        ),
        Bad(
            "columns beyond bank A",
            e.BANK,
            WEIGHTS,
            _changed(WEIGHTS, base=plan.spec.bank_a_depth - 16),
            setup=True,
            starts=True,
        ),
        Bad(
            "entries beyond the parameters",
            e.BANK,
            PARAMS,
            _changed(PARAMS, base=plan.spec.param_depth - 1),
            setup=True,
            starts=True,
        ),
        Bad("columns from within a word", e.BANK, EXEC, _more(EXEC, "column_base", 1)),
        Bad("activations from within a word", e.BANK, EXEC, _more(EXEC, "act_base", 1)),
        Bad("results to within a word", e.BANK, EXEC, _more(EXEC, "out_base", 8)),
        Bad(
            "EXEC beyond bank A",
            e.BANK,
            EXEC,
            _changed(EXEC, column_base=plan.spec.bank_a_depth - 16, length=40),
        ),
        Bad(
            "EXEC beyond bank B",
            e.BANK,
            EXEC,
            _changed(EXEC, act_base=plan.spec.bank_b_depth - 16, length=40),
        ),
        Bad(
            "EXEC beyond the parameters",
            e.BANK,
            EXEC,
            _changed(EXEC, param_base=plan.spec.param_depth - 1),
        ),
        Bad(
            "results beyond bank C",
            e.BANK,
            EXEC_LAST,
            _changed(EXEC_LAST, out_base=2 * plan.spec.out_depth - 4),
        ),
        Bad(
            "STORE from beyond bank C",
            e.BANK,
            STORE,
            _changed(STORE, base=plan.spec.out_depth - 1),
            starts=True,
        ),
        Bad("LOAD of nothing", e.SIZE, LOAD, _changed(LOAD, beats=0)),
        Bad("LOAD of empty slices", e.SIZE, LOAD, _changed(LOAD, slice_beats=0)),
        Bad("STORE of nothing", e.SIZE, STORE, _changed(STORE, beats=0)),
        Bad("EXEC of no columns", e.SIZE, EXEC, _changed(EXEC, length=0)),
        Bad("EXEC of no passes", e.SIZE, EXEC, _changed(EXEC, passes=0)),
        Bad("EXEC without results", e.SIZE, EXEC, _changed(EXEC, outputs=0)),
        Bad("EXEC with empty blocks", e.SIZE, EXEC, _changed(EXEC, block=0)),
        Bad("EXEC without parameters", e.SIZE, EXEC, _changed(EXEC, entries=0)),
        Bad("more input slices than tiles", e.SIZE, EXEC, _changed(EXEC, log2_tk=5)),
        Bad("more targets than tiles", e.SIZE, EXEC, _changed(EXEC, log2_next=7)),
        Bad("more results than passes give", e.SIZE, EXEC_LAST, _more(EXEC_LAST, "outputs", 100)),
        Bad("more passes than results take", e.SIZE, EXEC, _more(EXEC, "passes", 1)),
        Bad("STORE waits for ever", e.WAIT, STORE, _changed(STORE, wait_exec=99)),
        Bad("EXEC waits for ever", e.WAIT, EXEC, _changed(EXEC, wait_load=9)),
        # the EXEC that waits for this LOAD is the one that is named
        Bad("LOAD and EXEC wait for each other", e.WAIT, EXEC, _changed(LOAD, wait_exec=1)),
        Bad(
            "PT-5 code 243",
            e.PT5,
            WEIGHTS,
            same,
            setup=True,
            starts=True,
            poke=(lambda plan: _weights(plan) + 5, 243),
        ),
        Bad(
            "PT-5 code 255 at the end",
            e.PT5,
            WEIGHTS,
            same,
            setup=True,
            starts=True,
            poke=(lambda plan: _weights(plan) + len(plan.segments[0].data) - 1, 255),
        ),
        Bad(
            "LOAD meets a bus error",
            e.READ,
            LOAD,
            same,
            starts=True,
            fault=lambda plan: plan.input_address + 8,
        ),
        Bad(
            "the program meets a bus error",
            e.READ,
            0,
            same,
            fault=lambda plan: plan.infer.address,
        ),
        Bad(
            "a later frame meets a bus error",
            e.READ,
            EXEC_LAST,
            same,
            fault=lambda plan: plan.infer.address + EXEC_LAST * FRAME_BYTES,
        ),
        Bad(
            "the last frame meets a bus error",
            e.READ,
            STORE,
            same,
            fault=lambda plan: plan.infer.address + STORE * FRAME_BYTES,
        ),
        Bad(
            "the end of a frame meets a bus error",
            e.READ,
            EXEC,
            same,
            fault=lambda plan: plan.infer.address + EXEC_LAST * FRAME_BYTES - 8,
        ),
        Bad(
            "STORE meets a bus error",
            e.WRITE,
            STORE,
            same,
            starts=True,
            fault=lambda plan: plan.output_address + 8,
        ),
    ]
