"""Configurations whose banks are so small that networks are streamed, spilled, cut in pieces."""

import numpy as np

from tercet.targets.fabric.format.spec import MAX_TABLE

TILES = (1, 2, 4, 8)
ACTIVATIONS = 1024
"""Activations of all tiles together, fewer than most networks of tests/matrix need."""
LEAST = 128
"""The fewest weight columns of a tile."""


def fabrics(seed: int, count: int, scale: int = 1) -> tuple[str, ...]:
    """So many configurations, drawn; no two of four in a row have the same number of tiles.

    `scale` is for larger networks: it multiplies bank B, and the other banks by up to 2.
    """
    found = list[str]()
    for number in range(count):
        turn, place = divmod(number, len(TILES))
        tiles = np.random.default_rng([seed, turn]).permutation(TILES)[place]
        rng = np.random.default_rng([seed, turn, place])
        found.append(_drawn(rng, int(tiles), scale))
    return tuple(found)


def _drawn(rng: np.random.Generator, tiles: int, scale: int) -> str:
    def depth(low: int, high: int) -> int:
        return 1 << int(rng.integers(low, high + 1))

    lanes, acc, telemetry = 5 * int(rng.integers(1, 5)), rng.integers(23, 29), rng.integers(1, 3)
    weights = max(LEAST, min(scale, 2) * depth(10, 11) // tiles)
    activations = scale * ACTIVATIONS // tiles
    return (
        f"T={tiles},L={lanes},ACC_W={acc},TELEMETRY={telemetry},bank_a_depth={weights},"
        f"bank_b_depth={activations},param_depth={depth(8, 9)},"
        f"walk_depth={min(MAX_TABLE, min(scale, 2) * depth(8, 9))},"
        f"route_depth={depth(7, 9)},out_depth={depth(9, 10)}"
    )
