"""The values of an EXEC frame one by one: drained sums, adder tree, post-processing, writes."""

from typing import Any

from tercet.targets.fabric.format.frame import Mode
from tercet.targets.fabric.timing.compiled import compiled
from tercet_golden.cycles.lanes import OK, SHORT, item, one_pass, wrapped
from tercet_golden.cycles.post import ACT, result, take

BEYOND_PARAMS, BEYOND_BANK, ENDLESS, LEFT, TWO = -3, -4, -5, -6, -7
FAILURES = {
    BEYOND_PARAMS: "a parameter entry beyond its bank",
    BEYOND_BANK: "a write beyond its bank",
    ENDLESS: "a chain with an end: passes without results (size)",
    LEFT: "passes are left without results (size)",
    TWO: "a product of two has two items",
}


@compiled
def _reduce(totals: Any, log2_tk: int, width: int) -> None:
    """The adder tree, its unused outputs included."""
    for level in range(log2_tk):
        for t in range(0, len(totals) - (1 << level), 2 << level):
            totals[t] = wrapped(totals[t] + totals[t + (1 << level)], width)


@compiled
def _fill(reading: Any, banks: Any, how: Any) -> int:
    """Run a pass in all tiles; its sums go to the drain."""
    cursors, used, segments, written, active, _ = reading
    acts, columns, weights, acc, drain, _, _ = banks
    for t in used:
        bank = (acts[t], written[t], columns[t], weights[t])
        if not one_pass(cursors[t], segments, acc[t], bank, active[t], how):
            return SHORT
        drain[t, :] = acc[t]
        acc[t, :] = 0
    return OK


@compiled
def _chain(reading: Any, banks: Any, how: Any) -> int:
    """Run the passes of a chain in all tiles, whose lanes keep the sums."""
    cursors, used, segments, written, active, _ = reading
    acts, columns, weights, acc, _, _, _ = banks
    for t in used:
        bank = (acts[t], written[t], columns[t], weights[t])
        if one_pass(cursors[t], segments, acc[t], bank, active[t], how):
            return ENDLESS
    return OK


@compiled
def _items(reading: Any, banks: Any, totals: Any) -> bool:
    """Take an item in every tile; returns whether tile 0's ends the value."""
    cursors, used, segments, written, _, _ = reading
    acts, columns, weights = banks[0], banks[1], banks[2]
    totals[:] = 0
    ends = False
    for t in used:
        bank = (acts[t], written[t], columns[t], weights[t])
        x, end = item(cursors[t], segments, bank)
        totals[t] = x
        ends = ends or (t == 0 and end)
    return ends


@compiled
def _place(x: int, at: int, how: Any) -> int:
    """The parameter entry: number `at`, or in a table the one that x selects; else the first."""
    mode, _, offset, _ = how
    if mode == Mode.GREATEST:
        return 0
    return (at + ((x + offset) >> 3) if mode == Mode.TABLE else at) & 0xFFFF


@compiled
def _entries(reading: Any, params: Any, totals: Any, at: int, first: bool, how: Any) -> int:
    """Process an entry in every tile; one beyond the bank is an error in the mask's tiles alone."""
    used, values = reading[1], reading[5]
    for t in used:
        if _place(totals[t], at, how) >= params.shape[1]:
            return BEYOND_PARAMS
    for t in range(len(totals)):
        place = _place(totals[t], at, how) % params.shape[1]
        take(values[t], totals[t], params[t, place], first, how)
    return OK


@compiled
def _results(
    reading: Any, params: Any, totals: Any, at: int, how: Any, clip: Any, out: Any
) -> None:
    """The result of every tile, after the last entry."""
    for t in range(len(totals)):
        place = _place(totals[t], at, how) % params.shape[1]
        out[t] = result(reading[5][t], totals[t], params[t, place], how, clip)


@compiled
def _to_c(out: Any, address: int, value: int, wide: bool) -> int:
    """Write a result to bank C: a byte, or four if wide."""
    first, count = (4 * address, 4) if wide else (address, 1)
    if first + count > len(out):
        return BEYOND_BANK
    for i in range(count):
        out[first + i] = value >> (8 * i) & 0xFF
    return OK


@compiled
def _write(
    banks: Any, written: Any, own: Any, entry: int, moved: int, results: Any, to: Any
) -> int:
    """Write the value in every tile that listens; `moved` is added to all addresses."""
    address, source, listens = own
    to_c, wide, zero_point, _ = to
    acts, out = banks[0], banks[6]
    if to_c:
        if not listens[0, entry]:
            return OK
        place = (address[0, entry] + moved) & 0xFFFF
        return _to_c(out, place, results[source[0, entry]], wide)
    for t in range(len(results)):
        if listens[t, entry]:
            place = (address[t, entry] + moved) & 0xFFFF
            if place >= acts.shape[1]:
                return BEYOND_BANK
            acts[t, place] = wrapped(results[source[t, entry]] - zero_point, ACT)
            written[t, place] = True
    return OK


@compiled
def _value(
    reading: Any, banks: Any, totals: Any, lane: int, param: int, results: Any, hows: Any
) -> int:
    """Process a value: its entries or items, and the result of every tile."""
    (vector, _, entries, log2_tk), (_, width), how, clip, _, lane_step = hows
    drain, params = banks[4], banks[5]
    count, ends, at = 0, False, param
    while not ends:
        at = param + count * (lane_step if vector else 1)
        if vector:
            ends = _items(reading, banks, totals)
        else:
            totals[:] = drain[:, lane]
            ends = count == entries - 1
        _reduce(totals, log2_tk, width)
        failed = _entries(reading, params, totals, at, count == 0, how)
        if failed != OK:
            return failed
        count += 1
    if how[0] == Mode.PRODUCT_OF_TWO and count != 2:
        return TWO
    _results(reading, params, totals, at, how, clip, results)
    return OK


@compiled
def _once_more(number: int, heard: Any) -> int:
    """Repeat the results and sums of the value before it."""
    for each in heard:
        each[number] = each[number - 1]
    return OK


@compiled
def run(reading: Any, banks: Any, route: Any, heard: Any, hows: Any) -> int:
    """Run a whole frame; returns OK or an error.

    `reading` is (cursors, used, segments, written, active, values), `banks` as `Banks` in the order
    acts, columns, weights, acc, drain, params, out; see `execute` for the rest.
    """
    slots, address, source, listens = route
    (vector, chain, _, _), adding, _, _, to, lane_step = hows
    if chain:
        return _chain(reading, banks, adding)
    number = 0
    for slot in slots:
        if slot.begin and not vector:
            failed = _fill(reading, banks, adding)
            if failed != OK:
                return failed
        for lane in range(slot.first, slot.last + 1):
            turn = lane - slot.first
            at = slot.param + (0 if vector else turn * lane_step)
            results, totals = heard[0][number], heard[1][number]
            if slot.again:
                failed = _once_more(number, heard)
            else:
                failed = _value(reading, banks, totals, lane, at, results, hows)
            if failed == OK:
                moved = slot.offset + turn * to[3]
                own = (address, source, listens)
                failed = _write(banks, reading[3], own, slot.entry, moved, results, to)
            if failed != OK:
                return failed
            number += 1
    return OK
