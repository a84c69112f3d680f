"""Addresses in the fabric's memory window."""

from tercet.errors import CapacityError
from tercet.targets.fabric.tiles.grid import up

MEMORY_BASE = 0x1000
"""The fabric's memory window begins here: address zero stays out of reach."""
ALIGN = 64
PAGE = 4096
"""Bytes of a page; the window has whole pages."""
LARGEST_WINDOW = 1 << 28
"""Bytes that a window may span."""


class Memory:
    """Hands out ascending addresses, for one plan."""

    def __init__(self, way_out: str = "split the network") -> None:
        self.top = MEMORY_BASE
        self.way_out = way_out

    def take(self, size: int, what: str) -> int:
        """The address of the next `size` bytes. Raises CapacityError if the window is full."""
        address = self.top
        self.top = up(address + size, ALIGN)
        if self.top - MEMORY_BASE > LARGEST_WINDOW:
            raise CapacityError(
                f"the memory map ends before the {what}: {self.top - MEMORY_BASE} bytes are needed,"
                f" a window spans {LARGEST_WINDOW}; {self.way_out}"
            )
        return address
