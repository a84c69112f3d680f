"""Scenarios of register accesses: after power-up, during a program, at unused addresses."""

from scenarios.bundle.bench import START, Bench
from tercet.targets.fabric.format import registers as reg
from tercet_cosim.bench import counters

KEPT = (*(reg.PROGRAM_ADDRESS, reg.PROGRAM_LENGTH, reg.WINDOW_BASE, reg.WINDOW_LIMIT, reg.RECORDS),)
"""Registers that cannot be written while a program runs."""
ZERO = (*KEPT, reg.CONTROL, reg.IRQ_STATUS, reg.OVERFLOW)
"""Registers that a reset sets to zero."""


async def registers_have_their_reset_values_after_power_up(bench: Bench) -> None:
    """It is the first scenario, because registers without reset are still random then."""
    await bench.expect(reg.STATUS, reg.STATUS_IDLE.mask)
    for register in ZERO:
        await bench.expect(register, 0)
    for address in _counters(bench):
        found = await bench.read_at(address)
        assert found == 0, f"counter 0x{address:x} is 0x{found:08x}"


async def what_comes_while_a_program_runs_is_refused_visibly(bench: Bench) -> None:
    refused = reg.STATUS_IDLE.mask | reg.STATUS_DONE.mask | reg.STATUS_REFUSED.mask
    await bench.runs_right()
    for register, value in ((reg.CONTROL, START), *((r, 0xFFFF_FFFF) for r in KEPT)):
        kept = await bench.read(register)
        await bench.ring(bench.plan.infer)
        await bench.tick(20)
        await bench.write(register, value)
        await bench.ends()
        await bench.expect(reg.STATUS, refused, f"after a write to 0x{register.address:x}")
        if register is not reg.CONTROL:
            await bench.expect(register, kept)
        await bench.infers()
        await bench.expect(reg.STATUS, refused & ~reg.STATUS_REFUSED.mask, "a program later")


async def counters_that_there_are_not_read_as_zero(bench: Bench) -> None:
    await bench.runs_right()
    there = set(_counters(bench))
    assert any([await bench.read_at(address) for address in there]), "nothing was counted"
    tile, lane = reg.TELEMETRY_TILE_COLUMNS, reg.TELEMETRY_LANE_ACTIVE
    near = range(reg.TELEMETRY_CYCLES.address, reg.TELEMETRY_CYCLES.address + 0x80, 4)
    far = [tile.at(t) + at for t in (*range(6), 9, 31) for at in range(0, 0x40, 4)]
    odd = [0x10800, 0x11800, 0x12000, 0x13000, 0x17FF8, *(lane.at(i) for i in (0, 1, 300, 2047))]
    for address in sorted({*near, *far, *odd} - there):
        found = await bench.read_at(address)
        assert found == 0, f"0x{address:x} is 0x{found:08x}, and there is no such counter"


def _counters(bench: Bench) -> list[int]:
    """The addresses of every 32-bit half of a counter that there is."""
    spec = bench.plan.spec
    found = counters.registers_of(spec.tiles, spec.lanes, spec.telemetry)
    return [a + half for _, a, bits in found if bits == 64 for half in (0, 4)]


SCENARIOS = (
    what_comes_while_a_program_runs_is_refused_visibly,
    counters_that_there_are_not_read_as_zero,
)
