"""Scenarios with the records of frames on."""

import numpy as np

from scenarios.bench import LATENCY, LIMIT, SPARE, Bench
from tercet.targets.fabric.format import registers as reg
from tercet.targets.fabric.format.records import RECORD_BYTES, decode
from tercet_cosim.bench.driver import FabricError
from tercet_golden.cycles import Machine
from tercet_golden.cycles.predict import DOORBELL

RESETS = 24


async def records_tell_of_every_frame(bench: Bench) -> None:
    await bench.runs_right()
    await _records_right(bench)
    await bench.driver.record(0)


async def _records_right(bench: Bench) -> None:
    """The good program, with records: to the byte and to the cycle."""
    at, frames = await _on(bench), bench.plan.infer.frames
    memory = bench.memory.copy()
    machine = Machine(bench.plan.spec)
    machine.run(bench.plan.setup.address, bench.plan.setup.frames, memory, LATENCY)
    ran = machine.run(bench.plan.infer.address, frames, memory, LATENCY, records=at)
    took = await bench.driver.run(bench.plan.infer.address, len(frames), LIMIT)
    assert took == ran.cycles + DOORBELL, f"took {took} cycles, not {ran.cycles + DOORBELL}"
    wrong = np.flatnonzero(bench.memory != memory)
    assert not len(wrong), f"memory differs at 0x{wrong[0]:x}"


async def records_are_complete_whatever_the_memory_holds_back(bench: Bench) -> None:
    await bench.runs_right()
    at, frames = await _on(bench), bench.plan.infer.frames
    for stall in (60, 128, 230):
        bench.memory[at:] = 0
        bench.dut.stall_i.value = stall
        await bench.driver.run(bench.plan.infer.address, len(frames), LIMIT)
        bench.assert_output()
        told = decode(bench.memory[at : at + RECORD_BYTES * len(frames)])
        assert [(r.frame, r.opcode) for r in told] == [
            (number, frame.opcode) for number, frame in enumerate(frames)
        ]
        assert not bench.memory[at + RECORD_BYTES * len(frames) :].any()
    bench.dut.stall_i.value = 0
    await bench.driver.record(0)


async def records_outside_the_window_are_refused(bench: Bench) -> None:
    await bench.runs_right()
    for address in (bench.plan.window[1], 0xFFFF_FFC0, RECORD_BYTES):
        await bench.driver.record(address)
        assert await _ended(bench) == "error WINDOW in frame 0"
        strays = [a for a in bench.native.accesses() if not bench.plan.window[0] <= a < address]
        assert address < bench.plan.window[1] or not strays
    await bench.driver.record(0)


async def a_record_that_the_memory_refuses_stops_the_program(bench: Bench) -> None:
    await bench.runs_right()
    at = await _on(bench)
    for number in range(len(bench.plan.infer.frames)):
        bench.dut.fault_i.value = at + RECORD_BYTES * number + 24
        assert await _ended(bench) == f"error WRITE in frame {number}"
    bench.dut.fault_i.value = 0
    await bench.driver.record(0)


async def a_soft_reset_may_come_at_any_cycle_of_records(bench: Bench) -> None:
    rng = np.random.default_rng(3)
    for _ in range(RESETS):
        await bench.runs_right()
        at = await _on(bench)
        await _ring(bench)
        await bench.port.tick(int(rng.integers(1, bench.good.cycles)))
        await bench.driver.soft_reset()
        await bench.port.tick(100)
        status = await bench.port.read(reg.STATUS.address)
        assert status == reg.STATUS_IDLE.mask, f"STATUS is 0x{status:08x} after a soft reset"
        bench.native.accesses()
        await bench.port.tick(100)
        assert not bench.native.accesses().size, "the bus does not rest"
        bench.memory[at:] = 0
        await _records_right(bench)
        await bench.driver.record(0)


async def the_address_of_records_is_kept_while_busy(bench: Bench) -> None:
    await bench.runs_right()
    at = await _on(bench)
    await _ring(bench)
    await bench.port.write(reg.RECORDS.address, 0)
    assert await bench.port.read(reg.RECORDS.address) == at
    assert await bench.port.run(LIMIT), "it never ends"
    await bench.port.write(reg.IRQ_STATUS.address, reg.IRQ_STATUS_DONE.mask)
    await bench.driver.record(0)


SCENARIOS = (
    records_tell_of_every_frame,
    records_are_complete_whatever_the_memory_holds_back,
    records_outside_the_window_are_refused,
    a_record_that_the_memory_refuses_stops_the_program,
    a_soft_reset_may_come_at_any_cycle_of_records,
    the_address_of_records_is_kept_while_busy,
)


async def _on(bench: Bench) -> int:
    """Turn records on, in memory behind the good program's data."""
    first, end = bench.plan.window
    await bench.driver.open((first, end + SPARE))
    await bench.driver.record(end)
    return end


async def _ended(bench: Bench) -> str:
    bench.native.accesses()
    program = bench.plan.infer
    try:
        await bench.driver.run(program.address, len(program.frames), LIMIT)
    except FabricError as error:
        return str(error)
    return "it ran to its end"


async def _ring(bench: Bench) -> None:
    """Start the good program without waiting for its end."""
    plan, port = bench.plan, bench.port
    await port.write(reg.PROGRAM_ADDRESS.address, plan.infer.address)
    await port.write(reg.PROGRAM_LENGTH.address, len(plan.infer.frames))
    start = reg.CONTROL_IRQ_ENABLE.mask | reg.CONTROL_START.mask
    await port.write(reg.CONTROL.address, start)
