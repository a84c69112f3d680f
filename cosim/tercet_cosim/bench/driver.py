"""A driver of the fabric: registers, programs, telemetry."""

from dataclasses import dataclass

from tercet.targets.fabric.format import registers as reg
from tercet.targets.fabric.format.frame import ErrorCode
from tercet_cosim.bench import counters
from tercet_cosim.bench.ports import Port


class FabricError(Exception):
    """The fabric stopped a program with an error, or did not end it in time."""


@dataclass(frozen=True)
class Driver:
    """Runs programs on the fabric behind `port`."""

    port: Port

    async def open(self, window: tuple[int, int]) -> None:
        """Open the memory window from window[0] up to window[1], and enable the interrupt."""
        await self.port.write(reg.WINDOW_BASE.address, window[0])
        await self.port.write(reg.WINDOW_LIMIT.address, window[1])
        await self.port.write(reg.CONTROL.address, reg.CONTROL_IRQ_ENABLE.mask)

    async def record(self, address: int) -> None:
        """Set the address of the frames' records; 0 turns records off."""
        await self.port.write(reg.RECORDS.address, address)

    async def run(self, address: int, frames: int, limit: int) -> int:
        """Run a program; returns the cycles from the doorbell to irq. Raises FabricError."""
        return await self.finish(await self.ring(address, frames), limit)

    async def ring(self, address: int, frames: int) -> int:
        """Start a program; returns the cycle of the doorbell's handshake."""
        port = self.port
        await port.write(reg.PROGRAM_ADDRESS.address, address)
        await port.write(reg.PROGRAM_LENGTH.address, frames)
        return await port.write(
            reg.CONTROL.address, reg.CONTROL_IRQ_ENABLE.mask | reg.CONTROL_START.mask
        )

    async def finish(self, rung: int, limit: int) -> int:
        """Wait for irq; returns the cycles since the doorbell's handshake. Raises FabricError."""
        port = self.port
        if not await port.run(limit):
            raise FabricError(f"no irq within {limit} cycles of the doorbell")
        cycles = port.now() - rung
        status = await port.read(reg.STATUS.address)
        await port.write(reg.IRQ_STATUS.address, reg.IRQ_STATUS_DONE.mask)
        if reg.STATUS_ERROR.of(status):
            code = ErrorCode(reg.STATUS_CODE.of(status))
            raise FabricError(f"error {code.name} in frame {reg.STATUS_FRAME.of(status)}")
        if not reg.STATUS_DONE.of(status):
            raise FabricError(f"irq without STATUS.done: STATUS is 0x{status:08x}")
        return cycles

    async def clear_telemetry(self) -> None:
        await self.port.write(
            reg.CONTROL.address, reg.CONTROL_IRQ_ENABLE.mask | reg.CONTROL_CLEAR_TELEMETRY.mask
        )

    async def soft_reset(self) -> None:
        await self.port.write(
            reg.CONTROL.address, reg.CONTROL_IRQ_ENABLE.mask | reg.CONTROL_SOFT_RESET.mask
        )

    async def telemetry(self, tiles: int, lanes: int, level: int) -> list[int]:
        """Every counter, in the order of `counters.names`."""
        found = []
        for _, address, bits in counters.registers_of(tiles, lanes, level):
            value = await self.port.read(address)
            if bits == 64:
                value |= await self.port.read(address + 4) << 32
            found.append(value)
        return found
