"""A fabric in simulated time that runs the good program and records every bus access."""

from typing import Any

import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

from scenarios.good_program import Bad, Good, good
from tercet.targets.fabric.format import registers as reg
from tercet.targets.fabric.format.frame import ErrorCode
from tercet_cosim.bench.driver import Driver, FabricError
from tercet_cosim.bench.ports import ClockedPort, Native

LATENCY = 10
LIMIT = 20_000
SPARE = 1 << 14
"""Bytes of memory behind the window."""
INPUTS = ("awvalid_i", "wvalid_i", "bready_i", "arvalid_i", "rready_i", "fault_i", "stall_i")


class Bench:
    """One fabric with its memory."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.native = Native()
        self.port = ClockedPort(dut)
        self.driver = Driver(self.port)
        self.good: Good = good()
        self.plan = self.good.plan
        self.memory = self.native.memory(self.plan.window[1] + SPARE)
        self.clock = Clock(dut.clk_i, 10, unit="ns", impl="gpi")

    async def begin(self) -> None:
        """Start the clock, and reset for the first time."""
        self.native.watch()
        self.dut.rst_ni.value = 0
        self.clock.start()
        await self.reset()

    async def reset(self, cycles: int = 3) -> None:
        """Set idle inputs and reset, at any moment."""
        for name in INPUTS:
            getattr(self.dut, name).value = 0
        self.dut.latency_i.value = LATENCY
        self.dut.rst_ni.value = 0
        await self.port.tick(cycles)
        self.dut.rst_ni.value = 1
        await FallingEdge(self.dut.clk_i)
        self.fill()
        self.native.accesses()

    def fill(self) -> None:
        """Write the memory of the good program."""
        plan = self.plan
        self.memory[:] = 0
        for address, data in (
            *((segment.address, segment.data) for segment in plan.segments),
            (plan.setup.address, plan.setup.data),
            (plan.infer.address, plan.infer.data),
            (plan.input_address, self.good.input),
        ):
            self._put(address, data)

    def _put(self, address: int, data: bytes) -> None:
        self.memory[address : address + len(data)] = np.frombuffer(data, np.uint8)

    async def runs_right(self) -> None:
        """The good programs give the right output in the right number of cycles."""
        self.fill()
        plan = self.plan
        await self.driver.open(plan.window)
        await self.driver.run(plan.setup.address, len(plan.setup.frames), LIMIT)
        took = await self.driver.run(plan.infer.address, len(plan.infer.frames), LIMIT)
        self.assert_output()
        assert took == self.good.cycles, f"took {took} cycles, not {self.good.cycles}"
        self.native.accesses()

    def assert_output(self) -> None:
        at = self.plan.output_address
        outputs = self.plan.unpack(self.memory[None, at : at + self.plan.output_bytes])
        found = {name: value[0].tolist() for name, value in outputs.items()}
        assert found == self.good.output, f"found {found}"

    async def stops(self, bad: Bad) -> None:
        """The bad program ends with its error, and accesses only allowed addresses."""
        self.fill()
        plan, program = self.plan, bad.program(self.plan)
        await self.driver.open(plan.window)
        for address, changed in bad.poke.items():
            self._put(address, changed)
        if bad.before is not None:
            self._put(plan.setup.address, bad.before(list(plan.setup.frames)))
            await self.driver.run(plan.setup.address, len(plan.setup.frames), LIMIT)
        self._put(program.address, bad.spoil(list(program.frames)))
        self.dut.fault_i.value = bad.fault
        self.native.accesses()
        frames = len(program.frames) if bad.frames is None else bad.frames
        found = await self._ended(program.address, frames)
        wanted = f"error {bad.code.name} in frame {bad.frame}"
        assert found == wanted, f"{found}, not {wanted}"
        allowed = bad.allowed(plan)
        stray = [a for a in self.native.accesses() if not any(a in span for span in allowed)]
        assert not stray, f"it touched {', '.join(map(hex, stray[:4]))}"
        self.dut.fault_i.value = 0
        await self.at_rest(bad.code)

    async def _ended(self, address: int, frames: int) -> str:
        try:
            await self.driver.run(address, frames, LIMIT)
        except FabricError as error:
            return str(error)
        return "it ran to its end"

    async def at_rest(self, code: ErrorCode) -> None:
        """STATUS keeps the error, irq is cleared, and the bus stays idle."""
        status = await self.port.read(reg.STATUS.address)
        assert reg.STATUS_IDLE.of(status), "still busy"
        assert not reg.STATUS_DONE.of(status), "done and failed at once"
        assert ErrorCode(reg.STATUS_CODE.of(status)) is code
        await self.port.tick(100)
        assert not int(self.dut.irq_o.value), "irq does not fall"
        assert not self.native.accesses().size, "the bus does not rest"
