"""Grids: the tiles as bands of positions x slices of outputs x slices of inputs."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Grid:
    """Tp x To x Tk; tile t = (band * outs + out) * slices + slice. Powers of two."""

    bands: int
    outs: int
    slices: int

    def __str__(self) -> str:
        return f"{self.bands}x{self.slices}x{self.outs}"

    @property
    def tiles(self) -> int:
        return self.bands * self.outs * self.slices

    def tile(self, band: int, out: int, piece: int) -> int:
        return (band * self.outs + out) * self.slices + piece

    def split(self, tile: int) -> tuple[int, int, int]:
        """Band, output slice and input slice of a tile."""
        rest, piece = divmod(tile, self.slices)
        band, out = divmod(rest, self.outs)
        return band, out, piece


def grids(tiles: int) -> Iterator[Grid]:
    """Every grid of so many tiles."""
    sizes = [1 << i for i in range(tiles.bit_length())]
    for bands in sizes:
        for outs in sizes:
            if tiles % (bands * outs) == 0:
                yield Grid(bands, outs, tiles // (bands * outs))


def up(value: int, unit: int) -> int:
    """The next multiple of `unit`."""
    return -(-value // unit) * unit
