"""Frames that break one rule each, with the expected STATUS."""

from scenarios.good_program import (
    EXEC,
    EXEC_LAST,
    LOAD,
    STORE,
    Bad,
    bytes_of,
    changed,
    flipped,
    good,
    loads,
    more,
)
from tercet.targets.fabric.format.frame import FRAME_BYTES, Bank, ErrorCode, Frame, Kind

SAME = changed(LOAD)
e = ErrorCode


def bad_frames() -> list[Bad]:
    """All of them."""
    return [
        *map(_opcode, (0, 4, 0x77, 0xFF)),
        *(bad for number in (LOAD, EXEC, STORE) for bad in _reserved(number)),
        *_heads(),
        *_windows(),
        *_loads(),
        *_execs(),
        *_exports(),
        *_stores(),
        *_waits(),
        *_memory(),
    ]


def _reserved(number: int) -> list[Bad]:
    """The highest reserved bit of every word of a frame that has one."""
    frame = good().plan.infer.frames[number]
    kind = type(frame).__name__.upper()
    return [
        Bad(
            f"reserved bit {bits.bit_length() - 1} of word {word} of {kind}",
            e.RESERVED,
            number,
            flipped(number, word, bits.bit_length() - 1),
        )
        for word, bits in enumerate(frame.reserved())
        if bits
    ]


def _opcode(value: int) -> Bad:
    def spoil(frames: list[Frame]) -> bytes:
        data = bytearray(bytes_of(frames))
        data[FRAME_BYTES * EXEC] = value
        return bytes(data)

    return Bad(f"opcode {value}", e.OPCODE, EXEC, spoil)


def _heads() -> list[Bad]:
    tiles = good().plan.spec.tiles
    masks = (
        ("no tile", 0),
        ("tiles that there are not", 0xF << tiles),
        ("all tiles and one more", (2 << tiles) - 1),
    )
    return [
        *(
            Bad(f"{name} for {which}", e.MASK, number, changed(number, mask=mask))
            for name, number in (("LOAD", LOAD), ("EXEC", EXEC), ("STORE", STORE))
            for which, mask in masks
        ),
        Bad("another configuration", e.CONFIG, EXEC_LAST, flipped(EXEC_LAST, 1, 40)),
        Bad("last comes early", e.LENGTH, EXEC, changed(EXEC, last=1)),
        Bad("last is missing", e.LENGTH, STORE, changed(STORE, last=0)),
        Bad("a program of no frames", e.SIZE, 0, SAME, frames=0),
        Bad("a program that leaves the window", e.WINDOW, 0, SAME, frames=65535),
    ]


def _windows() -> list[Bad]:
    below, behind = good().plan.window[0] - 8, good().plan.window[1]
    return [
        Bad("LOAD below the window", e.WINDOW, LOAD, changed(LOAD, address=below)),
        Bad("LOAD from behind the window", e.WINDOW, LOAD, changed(LOAD, address=behind)),
        Bad("LOAD across the limit", e.WINDOW, LOAD, changed(LOAD, address=behind - 8)),
        Bad("LOAD at the end of memory", e.WINDOW, LOAD, changed(LOAD, address=2**32 - 8)),
        Bad("LOAD from an odd address", e.WINDOW, LOAD, more(LOAD, "address", 4)),
        Bad("STORE below the window", e.WINDOW, STORE, changed(STORE, address=0)),
        Bad("STORE across the limit", e.WINDOW, STORE, changed(STORE, address=behind - 8)),
        Bad("STORE to an odd address", e.WINDOW, STORE, more(STORE, "address", 1)),
    ]


def _loads() -> list[Bad]:
    spec = good().plan.spec
    beyond = (
        ("columns beyond bank A", Bank.WEIGHTS, spec.bank_a_depth - 16),
        ("entries beyond the parameters", Bank.PARAMETERS, spec.param_depth - 1),
        ("entries beyond the walk table", Bank.WALK, spec.walk_depth - 1),
        ("entries beyond the route table", Bank.ROUTE, spec.route_depth - 1),
    )
    (weights, *_), (params, *_) = loads(Bank.WEIGHTS), loads(Bank.PARAMETERS)
    acts = changed(LOAD, base=spec.bank_b_depth)
    ragged = (
        ("columns that end within one", weights, {"beats": 1, "slice_beats": 1}),
        ("slices that end within a column", weights, {"slice_beats": 10}),
        ("entries that end within one", params, {"beats": 3, "slice_beats": 4}),
        ("slices that end within an entry", params, {"slice_beats": 15}),
    )
    return [
        *(
            Bad(f"LOAD that turns by {by}", e.MASK, LOAD, changed(LOAD, rotate=by))
            for by in (spec.tiles + 1, 31)
        ),
        *(
            Bad(name, e.SIZE, n, changed(n, **fields), setup=True, starts=True)
            for name, n, fields in ragged
        ),
        Bad("LOAD into no bank", e.BANK, LOAD, changed(LOAD, bank=5)),
        Bad("LOAD of activations to within a word", e.BANK, LOAD, more(LOAD, "base", 4)),
        Bad(
            "LOAD of columns to within a word",
            e.BANK,
            weights,
            more(weights, "base", 8),
            setup=True,
        ),
        Bad("activations beyond bank B", e.BANK, LOAD, acts, starts=True),
        *(
            Bad(name, e.BANK, n, changed(n, base=base), setup=True, starts=True)
            for name, bank, base in beyond
            for n in loads(bank)[:1]
        ),
        Bad("LOAD of nothing", e.SIZE, LOAD, changed(LOAD, beats=0)),
        Bad("LOAD of empty slices", e.SIZE, LOAD, changed(LOAD, slice_beats=0)),
    ]


def _execs() -> list[Bad]:
    spec = good().plan.spec
    tables = (spec.walk_depth, spec.route_depth)
    assert max(tables) < 1000, "RUN 1000 lies beyond the tables"
    last_sum = 2 * spec.out_depth - 4
    return [
        Bad("no such kind", e.RESERVED, EXEC, changed(EXEC, kind=3)),
        Bad("no such mode", e.RESERVED, EXEC, changed(EXEC, mode=7)),
        Bad("EXEC of no groups", e.SIZE, EXEC, changed(EXEC, groups=0)),
        Bad("EXEC without parameters", e.SIZE, EXEC, changed(EXEC, entries=0)),
        Bad("more input slices than tiles", e.SIZE, EXEC, changed(EXEC, log2_tk=5)),
        Bad("a chain of vectors", e.SIZE, EXEC, changed(EXEC, chain=1, kind=Kind.VECTOR)),
        Bad("a vector without tile 0", e.MASK, EXEC, changed(EXEC, kind=Kind.VECTOR, mask=2)),
        Bad("items that are too few", e.SIZE, EXEC, changed(EXEC, kind=Kind.VECTOR)),
        Bad("a chain that ends a sum", e.SIZE, EXEC, changed(EXEC, chain=1)),
        Bad("EXEC beyond bank A", e.BANK, EXEC, changed(EXEC, column_base=spec.bank_a_depth - 8)),
        Bad("EXEC beyond bank B", e.BANK, EXEC, changed(EXEC, act_base=spec.bank_b_depth - 8)),
        Bad("columns before the first", e.BANK, EXEC, changed(EXEC, column_base=0xFFF8)),
        Bad("activations before the first", e.BANK, EXEC, changed(EXEC, act_base=0xFFF8)),
        Bad("parameters beyond", e.BANK, EXEC, changed(EXEC, param_base=spec.param_depth - 1)),
        Bad("results beyond bank B", e.BANK, EXEC, changed(EXEC, out_base=spec.bank_b_depth - 1)),
        Bad("results beyond bank C", e.BANK, EXEC_LAST, changed(EXEC_LAST, out_base=last_sum)),
        Bad("a walk beyond its table", e.BANK, EXEC, changed(EXEC, walk=1000)),
        Bad("a route beyond its table", e.BANK, EXEC, changed(EXEC, route=1000)),
    ]


def _exports() -> list[Bad]:
    spec = good().plan.spec

    def export(**fields: int) -> dict[str, int]:
        return {"kind": Kind.EXPORT, "groups": 1, "tiles": 1, "act_base": 0, "out_base": 0} | fields

    faults = (
        ("EXPORT of no words", e.SIZE, export(groups=0)),
        ("EXPORT of no tiles", e.SIZE, export(tiles=0)),
        ("EXPORT from a tile that there is not", e.MASK, export(tile=spec.tiles)),
        ("EXPORT to a tile that there is not", e.MASK, export(tile_step=spec.tiles)),
        ("EXPORT as a chain", e.SIZE, export(chain=1)),
        ("EXPORT from within a word", e.BANK, export(act_base=4)),
        ("EXPORT from beyond bank B", e.BANK, export(act_base=spec.bank_b_depth - 8, groups=2)),
        ("EXPORT beyond bank C", e.BANK, export(out_base=spec.out_depth - 1, groups=2)),
    )
    return [Bad(name, code, EXEC, changed(EXEC, **fields)) for name, code, fields in faults]


def _stores() -> list[Bad]:
    last = good().plan.spec.out_depth - 1
    return [
        Bad("STORE from beyond bank C", e.BANK, STORE, changed(STORE, base=last), starts=True),
        Bad("STORE of nothing", e.SIZE, STORE, changed(STORE, beats=0)),
    ]


def _waits() -> list[Bad]:
    return [
        Bad("STORE waits for ever", e.WAIT, STORE, changed(STORE, wait_exec=99)),
        Bad("EXEC waits for ever", e.WAIT, EXEC, changed(EXEC, wait_load=9)),
        # STATUS names the EXEC that waits for this LOAD
        Bad("LOAD and EXEC wait for each other", e.WAIT, EXEC, changed(LOAD, wait_exec=1)),
    ]


def _memory() -> list[Bad]:
    """Bytes that are not trits, and a bus that answers with errors."""
    (weights, *_) = loads(Bank.WEIGHTS)
    plan = good().plan
    first, length = plan.segments[weights].address, len(plan.segments[weights].data)
    trits = (
        ("PT-5 code 243", {first + 5: b"\xf3"}),
        ("PT-5 code 255 at the end", {first + length - 1: b"\xff"}),
    )
    program = plan.infer.address
    answers = (
        ("LOAD meets a bus error", e.READ, LOAD, plan.input_address + 8),
        ("STORE meets a bus error", e.WRITE, STORE, plan.output_address + 8),
    )
    fetches = (
        ("the program meets a bus error", 0, program),
        ("a later frame meets a bus error", EXEC_LAST, program + EXEC_LAST * FRAME_BYTES),
        ("the last frame meets a bus error", STORE, program + STORE * FRAME_BYTES),
        ("the end of a frame meets a bus error", EXEC, program + EXEC_LAST * FRAME_BYTES - 8),
    )
    return [
        *(
            Bad(name, e.PT5, weights, SAME, setup=True, starts=True, poke=poke)
            for name, poke in trits
        ),
        *(
            Bad(name, code, number, SAME, starts=True, fault=address)
            for name, code, number, address in answers
        ),
        *(Bad(name, e.READ, number, SAME, fault=address) for name, number, address in fetches),
    ]
