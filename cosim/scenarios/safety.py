"""Scenarios of misuse, which all run in one simulation, one after the other.

A scenario is a function of the bench whose name is a sentence. After each, the good program must
run right; a scenario that fails is followed by a reset, so that the next one starts afresh.
"""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import cocotb
import numpy as np

from scenarios import recording
from scenarios.bad_programs import Bad, bad_programs
from scenarios.bench import LIMIT, Bench
from tercet.targets.fabric.format import registers as reg
from tercet_cosim.bench.driver import FabricError
from tercet_cosim.bench.ports import BusError

Scenario = Callable[[Bench], Awaitable[None]]
TIMES = 12
"""The number of tries at random cycles."""


def scenarios() -> dict[str, Scenario]:
    """Every scenario by its name."""
    found: dict[str, Scenario] = {bad.name: _stops(bad) for bad in bad_programs()}
    for each in (*_OTHERS, *recording.SCENARIOS):
        found[each.__name__.replace("_", " ").strip()] = each
    return found


@cocotb.test()
async def run_scenarios(dut: Any) -> None:
    """Run all scenarios; write the complaint of each."""
    bench = Bench(dut)
    await bench.begin()
    outcome = {}
    for name, scenario in scenarios().items():
        dut._log.info("scenario: %s", name)
        outcome[name] = await _complaint(bench, scenario)
    folder = Path(str(cocotb.plusargs["tercet_job"]))
    (folder / "outcome.json").write_text(json.dumps(outcome), encoding="utf-8")


async def _complaint(bench: Bench, scenario: Scenario) -> str:
    try:
        await scenario(bench)
        await bench.runs_right()
    except (AssertionError, FabricError, BusError) as error:
        await bench.reset()
        return str(error) or repr(error)
    return ""


def _stops(bad: Bad) -> Scenario:
    async def scenario(bench: Bench) -> None:
        await bench.stops(bad)
        await bench.runs_right()
        await bench.stops(bad)
        await bench.driver.soft_reset()
        status = await bench.port.read(reg.STATUS.address)
        assert not reg.STATUS_ERROR.of(status), "soft reset keeps the error"

    return scenario


async def a_reset_may_come_at_any_cycle(bench: Bench) -> None:
    rng = np.random.default_rng(1)
    for _ in range(TIMES):
        await bench.runs_right()
        await _ring(bench)
        await bench.port.tick(int(rng.integers(1, bench.good.cycles)))
        await bench.reset(int(rng.integers(1, 4)))
        assert not int(bench.dut.irq_o.value), "irq after reset"


async def a_soft_reset_may_come_at_any_cycle(bench: Bench) -> None:
    rng = np.random.default_rng(2)
    for _ in range(TIMES):
        await bench.runs_right()
        await _ring(bench)
        await bench.port.tick(int(rng.integers(1, bench.good.cycles - 10)))
        await bench.driver.soft_reset()
        await bench.port.tick(100)
        status = await bench.port.read(reg.STATUS.address)
        assert status == reg.STATUS_IDLE.mask, f"STATUS is 0x{status:08x} after a soft reset"
        assert not await bench.port.read(reg.IRQ_STATUS.address), "it interrupts"
        bench.native.accesses()


async def writes_while_busy_change_nothing(bench: Bench) -> None:
    await bench.runs_right()
    await _ring(bench)
    for register, value in (
        (reg.PROGRAM_ADDRESS, 0),
        (reg.PROGRAM_LENGTH, 1),
        (reg.WINDOW_BASE, 0xF000_0000),
        (reg.WINDOW_LIMIT, 0),
    ):
        await bench.port.write(register.address, value)
    start = reg.CONTROL_IRQ_ENABLE.mask | reg.CONTROL_START.mask
    await bench.port.write(reg.CONTROL.address, start)
    assert await bench.port.run(LIMIT), "it never ends"
    status = await bench.port.read(reg.STATUS.address)
    assert reg.STATUS_DONE.of(status), f"STATUS is 0x{status:08x}"
    bench.assert_output()
    await bench.port.tick(50)
    await bench.port.write(reg.IRQ_STATUS.address, reg.IRQ_STATUS_DONE.mask)
    status = await bench.port.read(reg.STATUS.address)
    assert reg.STATUS_IDLE.of(status), "the second doorbell was not ignored"


async def reads_while_busy_change_nothing(bench: Bench) -> None:
    await bench.runs_right()
    await _ring(bench)
    seen = []
    while not int(bench.dut.irq_o.value):
        seen.append(await bench.port.read(reg.STATUS.address))
        await bench.port.read(reg.CONFIG_SIZES.address)
    assert any(reg.STATUS_BUSY.of(status) for status in seen), "never seen busy"
    bench.assert_output()
    await bench.port.write(reg.IRQ_STATUS.address, reg.IRQ_STATUS_DONE.mask)


async def without_irq_enable_only_status_tells_of_the_end(bench: Bench) -> None:
    await bench.runs_right()
    await bench.port.write(reg.CONTROL.address, reg.CONTROL_START.mask)
    assert not await bench.port.run(2 * bench.good.cycles), "irq though it is not enabled"
    assert reg.STATUS_DONE.of(await bench.port.read(reg.STATUS.address))
    await bench.port.write(reg.CONTROL.address, reg.CONTROL_IRQ_ENABLE.mask)
    assert int(bench.dut.irq_o.value), "the end is forgotten"
    await bench.port.write(reg.IRQ_STATUS.address, reg.IRQ_STATUS_DONE.mask)


async def the_configuration_says_what_was_built(bench: Bench) -> None:
    spec, port = bench.plan.spec, bench.port
    sizes = await port.read(reg.CONFIG_SIZES.address)
    banks = await port.read(reg.CONFIG_BANKS.address)
    assert await port.read(reg.ID.address) == int.from_bytes(b"TRCT"[::-1], "big")
    assert reg.CONFIG_SIZES_TILES.of(sizes) == spec.tiles
    assert reg.CONFIG_SIZES_LANES.of(sizes) == spec.lanes
    assert reg.CONFIG_SIZES_ACC_WIDTH.of(sizes) == spec.acc_width
    assert reg.CONFIG_SIZES_TELEMETRY.of(sizes) == spec.telemetry
    assert reg.CONFIG_BANKS_BANK_A.of(banks) == spec.bank_a_depth
    assert reg.CONFIG_BANKS_BANK_B.of(banks) == spec.bank_b_depth
    tables = await port.read(reg.CONFIG_TABLES.address)
    assert reg.CONFIG_TABLES_WALK.of(tables) == spec.walk_depth
    assert reg.CONFIG_TABLES_ROUTE.of(tables) == spec.route_depth
    assert reg.CONFIG_ID_ID.of(await port.read(reg.CONFIG_ID.address)) == spec.config_id


async def an_address_may_come_long_before_its_data(bench: Bench) -> None:
    await _write_apart(bench, address_first=True)


async def data_may_come_long_before_their_address(bench: Bench) -> None:
    await _write_apart(bench, address_first=False)


async def an_answer_waits_for_a_slow_master(bench: Bench) -> None:
    dut, port = bench.dut, bench.port
    await port.write(reg.PROGRAM_LENGTH.address, 0x1234)
    dut.araddr_i.value, dut.arvalid_i.value = reg.PROGRAM_LENGTH.address, 1
    await _until(bench, "arready_o")
    dut.arvalid_i.value = 0
    await port.tick(9)
    assert int(dut.rvalid_o.value), "the answer was withdrawn"
    assert int(dut.rdata_o.value) == 0x1234
    dut.rready_i.value = 1
    await port.tick(1)
    dut.rready_i.value = 0


async def programs_may_follow_each_other_at_once(bench: Bench) -> None:
    plan, good = bench.plan, bench.good
    await bench.runs_right()
    for _ in range(3):
        at = plan.output_address
        bench.memory[at : at + plan.output_bytes] = 0
        took = await bench.driver.run(plan.infer.address, len(plan.infer.frames), LIMIT)
        bench.assert_output()
        assert took == good.cycles, f"took {took} cycles, not {good.cycles}"
    await bench.driver.run(plan.setup.address, len(plan.setup.frames), LIMIT)
    await bench.driver.run(plan.infer.address, len(plan.infer.frames), LIMIT)
    bench.assert_output()


async def back_pressure_of_the_memory_changes_no_integer(bench: Bench) -> None:
    plan = bench.plan
    await bench.runs_right()
    for stall in (60, 128, 230):
        bench.dut.stall_i.value = stall
        await bench.driver.run(plan.infer.address, len(plan.infer.frames), LIMIT)
        bench.assert_output()
    bench.dut.stall_i.value = 0
    await bench.port.tick(1)


_OTHERS: tuple[Scenario, ...] = (
    a_reset_may_come_at_any_cycle,
    a_soft_reset_may_come_at_any_cycle,
    writes_while_busy_change_nothing,
    reads_while_busy_change_nothing,
    without_irq_enable_only_status_tells_of_the_end,
    the_configuration_says_what_was_built,
    an_address_may_come_long_before_its_data,
    data_may_come_long_before_their_address,
    programs_may_follow_each_other_at_once,
    an_answer_waits_for_a_slow_master,
    back_pressure_of_the_memory_changes_no_integer,
)


async def _ring(bench: Bench) -> None:
    """Start the good program without waiting for its end."""
    plan, port = bench.plan, bench.port
    await port.write(reg.PROGRAM_ADDRESS.address, plan.infer.address)
    await port.write(reg.PROGRAM_LENGTH.address, len(plan.infer.frames))
    start = reg.CONTROL_IRQ_ENABLE.mask | reg.CONTROL_START.mask
    await port.write(reg.CONTROL.address, start)


async def _write_apart(bench: Bench, *, address_first: bool) -> None:
    """Write PROGRAM_LENGTH with seven cycles between address and data."""
    dut, port = bench.dut, bench.port
    await port.write(reg.PROGRAM_LENGTH.address, 0)
    dut.awaddr_i.value, dut.wdata_i.value = reg.PROGRAM_LENGTH.address, 0xBEEF
    first, second = ("aw", "w") if address_first else ("w", "aw")
    pending = {first}
    getattr(dut, f"{first}valid_i").value, dut.bready_i.value = 1, 1
    for cycle in range(40):
        if cycle == 7:
            getattr(dut, f"{second}valid_i").value = 1
            pending.add(second)
        await _settle()
        taken = {name for name in pending if int(getattr(dut, f"{name}ready_o").value)}
        answered = int(dut.bvalid_o.value)
        await port.tick(1)
        for name in taken:
            getattr(dut, f"{name}valid_i").value = 0
        pending -= taken
        if answered:
            break
    else:
        raise AssertionError("no answer to the write")
    dut.bready_i.value = 0
    assert await port.read(reg.PROGRAM_LENGTH.address) == 0xBEEF


async def _until(bench: Bench, signal: str) -> None:
    """Wait until a handshake signal was high at a rising edge."""
    for _ in range(100):
        await _settle()
        high = int(getattr(bench.dut, signal).value)
        await bench.port.tick(1)
        if high:
            return
    raise AssertionError(f"{signal} never rises")


async def _settle() -> None:
    from cocotb.triggers import Timer

    await Timer(1, "ns")
