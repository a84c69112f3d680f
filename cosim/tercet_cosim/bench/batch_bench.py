"""The cocotb test that runs a batch of programs."""

from itertools import count
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
from cocotb.triggers import FallingEdge

from tercet.targets.fabric.format import registers as reg
from tercet_cosim.bench.batch import Item, Ran, item_path, ran_path
from tercet_cosim.bench.driver import Driver, FabricError
from tercet_cosim.bench.ports import BusError, ClockedPort, Native, Port, TurboPort
from tercet_cosim.bench.testbench import start


@cocotb.test()
async def run_batch(dut: Any) -> None:
    """Run every program; a failed one is followed by a reset."""
    folder = Path(str(cocotb.plusargs["tercet_job"]))
    clock = await start(dut)
    native = Native()
    port: Port = ClockedPort(dut) if "tercet_clocked" in cocotb.plusargs else TurboPort(native)
    for number in count():
        if not item_path(folder, number).exists():
            break
        item = Item.read(item_path(folder, number))
        dut.latency_i.value, dut.stall_i.value = item.latency, item.stall
        await FallingEdge(dut.clk_i)
        ran = await _run(item, native, port)
        ran.write(ran_path(folder, number))
        if ran.error:
            clock.stop()
            clock = await start(dut)
    clock.stop()


async def _run(item: Item, native: Native, port: Port) -> Ran:
    memory = native.memory(len(item.memory))
    memory[:] = item.memory
    driver, error, cycles = Driver(port), "", 0
    tiles, lanes, level = await _sizes(port)
    native.values(tiles)
    native.written()
    native.frames()
    try:
        await driver.open(item.window)
        await driver.record(item.records)
        await driver.clear_telemetry()
        cycles = await driver.run(item.address, item.frames, item.limit)
    except (FabricError, BusError) as found:
        error = str(found)
    return Ran(
        memory=memory.copy(),
        cycles=cycles,
        counters=np.array(await driver.telemetry(tiles, lanes, level), np.int64),
        values=native.values(tiles),
        frames=native.frames(),
        error=error,
    )


async def _sizes(port: Port) -> tuple[int, int, int]:
    """Tiles, lanes and level of telemetry, read from the fabric's registers."""
    sizes = await port.read(reg.CONFIG_SIZES.address)
    return (
        reg.CONFIG_SIZES_TILES.of(sizes),
        reg.CONFIG_SIZES_LANES.of(sizes),
        reg.CONFIG_SIZES_TELEMETRY.of(sizes),
    )
