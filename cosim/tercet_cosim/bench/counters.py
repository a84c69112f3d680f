"""The telemetry registers by name, in the order in which a simulation reads them."""

from collections.abc import Iterator

from tercet.targets.fabric.format import registers
from tercet.targets.fabric.format.counters import addresses

OVERFLOW = "overflow"


def registers_of(tiles: int, lanes: int, telemetry: int) -> Iterator[tuple[str, int, int]]:
    """Name, address and bits of every counter that a configuration has, then of the overflow."""
    for name, address in addresses(tiles, lanes, telemetry):
        yield name, address, 64
    yield OVERFLOW, registers.OVERFLOW.address, registers.OVERFLOW.bits


def names(tiles: int, lanes: int, telemetry: int) -> tuple[str, ...]:
    return tuple(name for name, _, _ in registers_of(tiles, lanes, telemetry))
