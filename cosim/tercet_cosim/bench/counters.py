"""The telemetry registers by name, in the order in which a simulation reads them."""

from collections.abc import Iterator

from tercet.targets.fabric.format import registers
from tercet.targets.fabric.format.registers import Register

FABRIC = ("CYCLES", "EXEC_CYCLES", "LOAD_BEATS", "STORE_BEATS", "BUS_STALLS", "FRAMES", "PASSES")
TILE = ("COLUMNS", "ISSUED", "SKIP_ACT", "SKIP_WGT", "IDLE")
LANE = ("ACTIVE", "SKIPPED")
OVERFLOW = "overflow"
LANES_A_TILE = 64
"""Distance of two tiles' lanes in the register map."""


def registers_of(tiles: int, lanes: int, telemetry: int) -> Iterator[tuple[str, int, int]]:
    """Name, address and bits of every counter that a configuration has."""
    if telemetry >= 1:
        for name in FABRIC:
            yield name.lower(), _register(name).address, 64
        for tile in range(tiles):
            for name in TILE:
                yield f"tile{tile}.{name.lower()}", _register(f"TILE_{name}").at(tile), 64
    if telemetry >= 2:
        for tile in range(tiles):
            for lane in range(lanes):
                for name in LANE:
                    address = _register(f"LANE_{name}").at(tile * LANES_A_TILE + lane)
                    yield f"tile{tile}.lane{lane}.{name.lower()}", address, 64
    yield OVERFLOW, registers.OVERFLOW.address, 32


def names(tiles: int, lanes: int, telemetry: int) -> tuple[str, ...]:
    return tuple(name for name, _, _ in registers_of(tiles, lanes, telemetry))


def _register(name: str) -> Register:
    found: Register = getattr(registers, f"TELEMETRY_{name}")
    return found
