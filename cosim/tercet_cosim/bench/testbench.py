"""The cocotb test that runs jobs, in the Python of the simulator."""

import time
from itertools import count
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
import numpy.typing as npt
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, FallingEdge

from tercet.targets.fabric.format.records import RECORD_BYTES
from tercet_cosim.bench.driver import Driver, FabricError
from tercet_cosim.bench.job import Job, Outcome, job_path, outcome_path
from tercet_cosim.bench.ports import BusError, ClockedPort, Native, Port, TurboPort


@cocotb.test()
async def run_jobs(dut: Any) -> None:
    """For every job: reset, make its network resident, run its inputs, write the outcome."""
    folder, native = Path(str(cocotb.plusargs["tercet_job"])), Native()
    port: Port = ClockedPort(dut) if "tercet_clocked" in cocotb.plusargs else TurboPort(native)
    for number in count():
        if not job_path(folder, number).exists():
            break
        job = Job.read(job_path(folder, number))
        clock = await start(dut, job.latency, job.stall)
        (await _run(dut, job, native, port)).write(outcome_path(folder, number))
        clock.stop()


async def start(dut: Any, latency: int = 1, stall: int = 0) -> Clock:
    """Idle inputs, three cycles of reset; returns the running clock."""
    for name in ("awvalid_i", "wvalid_i", "bready_i", "arvalid_i", "rready_i", "fault_i"):
        getattr(dut, name).value = 0
    dut.latency_i.value, dut.stall_i.value = latency, stall
    dut.rst_ni.value = 0
    clock = Clock(dut.clk_i, 10, unit="ns", impl="gpi")
    clock.start()
    await ClockCycles(dut.clk_i, 3)
    await FallingEdge(dut.clk_i)
    dut.rst_ni.value = 1
    await FallingEdge(dut.clk_i)
    return clock


async def _run(dut: Any, job: Job, native: Native, port: Port) -> Outcome:
    memory = native.memory(len(job.memory))
    memory[:] = job.memory
    driver = Driver(port)
    vectors = len(job.inputs)
    outputs = np.zeros((vectors, job.output_bytes), np.uint8)
    latency = np.zeros(vectors, np.int64)
    counters, values, written, frames, records = [], [], [], [], []
    setup_cycles, setup_counters, error = 0, [0], ""
    native.values(job.tiles)  # values that an earlier job left
    native.written()
    native.frames()
    began, started = port.now(), time.process_time()
    origin = int(dut.cycle_o.value) - began
    try:
        await driver.open((int(job.window[0]), int(job.window[1])))
        await driver.clear_telemetry()
        setup_cycles = await driver.run(int(job.setup[0]), int(job.setup[1]), job.limit)
        setup_counters = await driver.telemetry(job.tiles, job.lanes, job.telemetry)
        await driver.record(job.records)
        for v in range(vectors):
            memory[job.input_address : job.input_address + job.inputs.shape[1]] = job.inputs[v]
            await driver.clear_telemetry()
            rung = await driver.ring(int(job.infer[0]), int(job.infer[1]))
            latency[v] = await driver.finish(rung, job.limit)
            outputs[v] = memory[job.output_address : job.output_address + job.output_bytes]
            counters.append(await driver.telemetry(job.tiles, job.lanes, job.telemetry))
            values.append(np.insert(native.values(job.tiles), 0, v, axis=1))
            written.append(native.written() - [origin + rung, origin + rung, 0])
            frames.append(np.insert(native.frames(), 0, v, axis=1))
            records.append(_records(job, memory))
    except (FabricError, BusError) as found:
        where = f"vector {len(counters)}" if setup_cycles else "the setup program"
        error = f"{where}: {found}"
    return Outcome(
        outputs=outputs[: len(counters)],
        latency=latency[: len(counters)],
        counters=np.array(counters, np.int64),
        values=np.concatenate(values) if values else np.zeros((0, 2 + 2 * job.tiles), np.int32),
        written=np.concatenate(written) if written else np.zeros((0, 3), np.int64),
        frames=np.concatenate(frames).astype(np.int64) if frames else np.zeros((0, 3), np.int64),
        records=np.array(records, np.uint8),
        setup_cycles=setup_cycles,
        setup_counters=np.array(setup_counters, np.int64),
        simulated=port.now() - began,
        seconds=time.process_time() - started,
        error=error,
    )


def _records(job: Job, memory: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A copy of the last program's records."""
    size = RECORD_BYTES * int(job.infer[1]) if job.records else 0
    return memory[job.records : job.records + size].copy()
