"""The emitted fabric between an AxiLiteMaster and an AxiRam, and the good program for it."""

import logging
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, FallingEdge, First, RisingEdge
from cocotb.utils import get_sim_time
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiRam, AxiResp

from scenarios.good_program import Good, good
from tercet.targets.fabric.format import registers as reg
from tercet.targets.fabric.program.plan import Program

PERIOD = 10
"""Nanoseconds of a cycle."""
LIMIT = 20_000
SPARE = 1 << 13
"""Bytes of memory behind the window."""
DRAWN = 1021
"""Cycles after which pauses come again."""
START = reg.CONTROL_IRQ_ENABLE.mask | reg.CONTROL_START.mask
SOFT_RESET = reg.CONTROL_IRQ_ENABLE.mask | reg.CONTROL_SOFT_RESET.mask


class Bench:
    """One fabric, its host and its memory. The memory is never reset."""

    def __init__(self, dut: Any) -> None:
        logging.getLogger("cocotb").setLevel(logging.ERROR)
        self.dut = dut
        self.good: Good = good()
        self.plan = self.good.plan
        self.clock = Clock(dut.clk, PERIOD, unit="ns", impl="gpi")
        bus = AxiLiteBus.from_prefix(dut, "s_axil")
        self.host = AxiLiteMaster(bus, dut.clk, dut.rst_n, reset_active_level=False)
        self.ram = AxiRam(AxiBus.from_prefix(dut, "m_axi"), dut.clk, size=self._size())
        self.rises = self.risen = 0
        """Interrupts since the beginning; the cycle of the last one."""

    def _size(self) -> int:
        return int(self.plan.window[1]) + SPARE

    async def begin(self) -> None:
        """Start the clock, and reset for the first time."""
        self.dut.rst_n.value = 0
        self.clock.start()
        cocotb.start_soon(self._listen())
        await self.reset()
        self.fill()

    async def _listen(self) -> None:
        while True:
            await RisingEdge(self.dut.irq)
            self.rises, self.risen = self.rises + 1, self.now()

    def now(self) -> int:
        """Cycles so far."""
        return int(get_sim_time("ns")) // PERIOD

    async def reset(self, cycles: int = 3) -> None:
        """Reset the fabric and its host alone, whatever goes on."""
        self.dut.rst_n.value = 0
        await ClockCycles(self.dut.clk, cycles)
        await FallingEdge(self.dut.clk)
        self.dut.rst_n.value = 1
        await FallingEdge(self.dut.clk)

    def pause(self, share: float, seed: int = 0, *, host: bool = True) -> None:
        """Hold back this share of the handshakes on every channel, or on those of memory alone."""
        ram, host_ = self.ram, self.host
        channels = [ram.read_if.ar_channel, ram.read_if.r_channel]
        channels += [getattr(ram.write_if, f"{name}_channel") for name in ("aw", "w", "b")]
        if host:
            channels += [host_.read_if.ar_channel, host_.read_if.r_channel]
            channels += [getattr(host_.write_if, f"{name}_channel") for name in ("aw", "w", "b")]
        for number, channel in enumerate(channels):
            channel.set_pause_generator(_pauses(share, [seed, number]))
            channel.pause = False

    async def write(self, register: reg.Register, value: int) -> None:
        await self.write_at(register.address, value)

    async def write_at(self, address: int, value: int) -> None:
        answer = await self.host.write(address, value.to_bytes(4, "little"))
        assert answer.resp == AxiResp.OKAY, f"write to 0x{address:x}: {answer.resp}"

    async def read(self, register: reg.Register) -> int:
        return await self.read_at(register.address)

    async def read_at(self, address: int) -> int:
        answer = await self.host.read(address, 4)
        assert answer.resp == AxiResp.OKAY, f"read of 0x{address:x}: {answer.resp}"
        return int.from_bytes(answer.data, "little")

    async def expect(self, register: reg.Register, wanted: int, when: str = "") -> None:
        found = await self.read(register)
        where = f"0x{register.address:x}{' ' * bool(when)}{when}"
        assert found == wanted, f"{where} is 0x{found:08x}, not 0x{wanted:08x}"

    async def tick(self, cycles: int) -> None:
        if cycles > 0:
            await ClockCycles(self.dut.clk, cycles)

    def fill(self) -> None:
        """Write the memory of the good program."""
        plan = self.plan
        self.ram.write(0, bytes(self._size()))
        for address, data in (
            *((segment.address, segment.data) for segment in plan.segments),
            (plan.setup.address, plan.setup.data),
            (plan.infer.address, plan.infer.data),
            (plan.input_address, self.good.input),
        ):
            self.ram.write(address, bytes(data))

    async def open(self) -> None:
        """Open the memory window and enable the interrupt."""
        base, limit = map(int, self.plan.window)
        await self.write(reg.WINDOW_BASE, base)
        await self.write(reg.WINDOW_LIMIT, limit)
        await self.write(reg.CONTROL, reg.CONTROL_IRQ_ENABLE.mask)

    async def ring(self, program: Program) -> None:
        """Start a program without waiting for its end."""
        await self.write(reg.PROGRAM_ADDRESS, program.address)
        await self.write(reg.PROGRAM_LENGTH, len(program.frames))
        await self.write(reg.CONTROL, START)

    async def ends(self) -> None:
        """The program ends well and interrupts; the interrupt is acknowledged."""
        assert await self.interrupts(), f"no irq within {LIMIT} cycles"
        status = await self.read(reg.STATUS)
        ended = reg.STATUS_DONE.of(status) and not reg.STATUS_ERROR.of(status)
        assert ended, f"STATUS is 0x{status:08x} at the end"
        await self.acknowledge()

    async def rests(self) -> int:
        """Wait until no program runs; the last STATUS."""
        for _ in range(LIMIT):
            status = await self.read(reg.STATUS)
            if reg.STATUS_IDLE.of(status):
                return status
        raise AssertionError(f"busy for ever: STATUS is 0x{status:08x}")

    async def interrupts(self, limit: int = LIMIT) -> bool:
        """Whether irq is high, or rises within so many cycles."""
        if not int(self.dut.irq.value):
            await First(RisingEdge(self.dut.irq), ClockCycles(self.dut.clk, limit))
        return bool(int(self.dut.irq.value))

    async def acknowledge(self) -> None:
        await self.write(reg.IRQ_STATUS, reg.IRQ_STATUS_DONE.mask)
        assert not int(self.dut.irq.value), "irq stays though it was acknowledged"

    def forget_output(self) -> None:
        self.ram.write(self.plan.output_address, bytes(self.plan.output_bytes))

    def assert_output(self) -> None:
        data = self.ram.read(self.plan.output_address, self.plan.output_bytes)
        outputs = self.plan.unpack(np.frombuffer(data, np.uint8)[None])
        found = {name: value[0].tolist() for name, value in outputs.items()}
        assert found == self.good.output, f"found {found}, not {self.good.output}"

    async def infers(self) -> None:
        """One inference, right."""
        self.forget_output()
        await self.ring(self.plan.infer)
        await self.ends()
        self.assert_output()

    async def runs_right(self) -> None:
        """From nothing to one right inference."""
        self.fill()
        await self.open()
        await self.ring(self.plan.setup)
        await self.ends()
        await self.infers()


def _pauses(share: float, seed: list[int]) -> Iterator[bool]:
    return cycle((np.random.default_rng(seed).random(DRAWN) < share).tolist())
