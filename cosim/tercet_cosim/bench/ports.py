"""Two ports to the fabric's pins: a native clock loop, or a clock in simulated time."""

import ctypes
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from cocotb.triggers import FallingEdge


class BusError(Exception):
    """A register access without an answer, or with an error."""


class Port(Protocol):
    """AXI4-Lite accesses and the clock."""

    async def write(self, address: int, data: int) -> int:
        """Returns the cycle of the handshake."""

    async def read(self, address: int) -> int: ...

    async def run(self, limit: int) -> bool:
        """Run the clock until irq; returns False if it does not rise within `limit` cycles."""

    async def tick(self, count: int) -> None: ...

    def now(self) -> int:
        """The number of cycles so far."""


class Native:
    """The C++ side of the harness, through ctypes."""

    def __init__(self) -> None:
        lib = ctypes.CDLL(None)
        lib.tct_memory.restype = ctypes.POINTER(ctypes.c_uint8)
        lib.tct_memory.argtypes = [ctypes.c_uint64]
        for name in ("tct_take_values", "tct_take_frames", "tct_take_accesses"):
            getattr(lib, name).restype = ctypes.POINTER(ctypes.c_int32)
            getattr(lib, name).argtypes = [ctypes.POINTER(ctypes.c_uint64)]
        lib.tct_take_written.restype = ctypes.POINTER(ctypes.c_int64)
        lib.tct_take_written.argtypes = [ctypes.POINTER(ctypes.c_uint64)]
        lib.tct_ticks.restype = ctypes.c_uint64
        lib.tct_run.restype = ctypes.c_bool
        lib.tct_run.argtypes = lib.tct_tick.argtypes = [ctypes.c_uint64]
        lib.tct_write.argtypes = [
            ctypes.c_uint32,
            ctypes.c_uint32,
            ctypes.POINTER(ctypes.c_uint64),
        ]
        lib.tct_read.argtypes = [ctypes.c_uint32, ctypes.POINTER(ctypes.c_uint32)]
        self.lib = lib

    def memory(self, size: int) -> npt.NDArray[np.uint8]:
        """The memory's bytes, shared with the simulation."""
        return np.ctypeslib.as_array(self.lib.tct_memory(size), (size,))

    def values(self, tiles: int) -> npt.NDArray[np.int32]:
        """Values written since the last call, a row each: frame, results, sums."""
        return self._taken(self.lib.tct_take_values, 1 + 2 * tiles)

    def written(self) -> npt.NDArray[np.int64]:
        """The times of these rows: cycle, the sums' cycle, simulated time."""
        count = ctypes.c_uint64()
        words = self.lib.tct_take_written(ctypes.byref(count))
        if not count.value:
            return np.zeros((0, 3), np.int64)
        array: npt.NDArray[np.int64] = np.ctypeslib.as_array(words, (count.value,)).copy()
        return array.reshape(-1, 3)

    def frames(self) -> npt.NDArray[np.int32]:
        """EXEC frames finished since the last call: frame, cycles."""
        return self._taken(self.lib.tct_take_frames, 2)

    def watch(self) -> None:
        """Record the address of every beat on the memory bus from now on."""
        self.lib.tct_watch()

    def accesses(self) -> npt.NDArray[np.int32]:
        """Addresses of the beats since the last call."""
        return self._taken(self.lib.tct_take_accesses, 1)[:, 0]

    def _taken(self, take: Any, width: int) -> npt.NDArray[np.int32]:
        count = ctypes.c_uint64()
        words = take(ctypes.byref(count))
        if not count.value:
            return np.zeros((0, width), np.int32)
        array: npt.NDArray[np.int32] = np.ctypeslib.as_array(words, (count.value,)).copy()
        return array.reshape(-1, width)


class TurboPort:
    """A port whose clock runs in C++, without simulated time."""

    def __init__(self, native: Native) -> None:
        self._lib = native.lib

    async def write(self, address: int, data: int) -> int:
        taken = ctypes.c_uint64()
        response = self._lib.tct_write(address, data, ctypes.byref(taken))
        _answered(response, address)
        return int(taken.value)

    async def read(self, address: int) -> int:
        data = ctypes.c_uint32()
        _answered(self._lib.tct_read(address, ctypes.byref(data)), address)
        return int(data.value)

    async def run(self, limit: int) -> bool:
        return bool(self._lib.tct_run(limit))

    async def tick(self, count: int) -> None:
        self._lib.tct_tick(count)

    def now(self) -> int:
        return int(self._lib.tct_ticks())


class ClockedPort:
    """A port with a clock in simulated time: slower, with waveforms. It drives between edges."""

    def __init__(self, dut: Any) -> None:
        self._dut, self._cycles = dut, 0

    async def tick(self, count: int) -> None:
        for _ in range(count):
            await FallingEdge(self._dut.clk_i)
            self._cycles += 1

    async def write(self, address: int, data: int) -> int:
        dut = self._dut
        dut.awaddr_i.value, dut.wdata_i.value = address, data
        dut.awvalid_i.value = dut.wvalid_i.value = dut.bready_i.value = 1
        await self._settle()
        taken = self._cycles
        while True:
            address_taken, data_taken = int(dut.awready_o.value), int(dut.wready_o.value)
            answered, response = int(dut.bvalid_o.value), int(dut.bresp_o.value)
            if (address_taken and dut.awvalid_i.value) or (data_taken and dut.wvalid_i.value):
                taken = self._cycles
            await self.tick(1)
            dut.awvalid_i.value = int(dut.awvalid_i.value) and not address_taken
            dut.wvalid_i.value = int(dut.wvalid_i.value) and not data_taken
            if answered:
                dut.bready_i.value = 0
                await self._settle()
                _answered(response, address)
                return taken
            await self._settle()

    async def read(self, address: int) -> int:
        dut = self._dut
        dut.araddr_i.value, dut.arvalid_i.value, dut.rready_i.value = address, 1, 1
        await self._settle()
        while True:
            taken, answered = int(dut.arready_o.value), int(dut.rvalid_o.value)
            response, data = int(dut.rresp_o.value), int(dut.rdata_o.value)
            await self.tick(1)
            dut.arvalid_i.value = int(dut.arvalid_i.value) and not taken
            if answered:
                dut.rready_i.value = 0
                await self._settle()
                _answered(response, address)
                return data
            await self._settle()

    async def run(self, limit: int) -> bool:
        for _ in range(limit):
            if int(self._dut.irq_o.value):
                return True
            await self.tick(1)
        return bool(int(self._dut.irq_o.value))

    def now(self) -> int:
        return self._cycles

    async def _settle(self) -> None:
        """Let driven values reach the outputs before the next rising edge."""
        from cocotb.triggers import Timer

        await Timer(1, "ns")


def _answered(response: int, address: int) -> None:
    if response != 0:
        what = "no answer" if response < 0 else f"response {response}"
        raise BusError(f"register 0x{address:x}: {what}")
