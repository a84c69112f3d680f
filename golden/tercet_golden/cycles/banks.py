"""What a fabric holds from frame to frame, and from program to program."""

import numpy as np

from tercet.targets.fabric.format.spec import BUS_BYTES, COLUMN_ALIGN, FabricSpec


class Banks:
    """Every memory and register that outlives a frame; all zero when the power comes on."""

    def __init__(self, spec: FabricSpec) -> None:
        tiles, lanes = spec.tiles, spec.lanes
        self.weights = np.zeros((tiles, spec.bank_a_depth, lanes), np.int8)
        """Trits [T, column, lane]."""
        self.columns = np.zeros((tiles, spec.bank_a_depth), bool)
        """Map A: columns that are not zero, as far as it was told [T, column]."""
        self.acts = np.zeros((tiles, spec.bank_b_depth), np.int16)
        self.params = np.zeros((tiles, spec.param_depth, 2), np.uint64)
        """Entries: low and high half of 128 bits, of which 96 count."""
        self.walk = np.zeros((tiles, spec.walk_depth), np.uint64)
        self.route = np.zeros((tiles, spec.route_depth), np.uint64)
        self.out = np.zeros(BUS_BYTES * spec.out_depth, np.uint8)
        """Bank C, by bytes."""
        self.acc = np.zeros((tiles, lanes), np.int64)
        self.drain = np.zeros((tiles, lanes), np.int64)
        """Sums at work, and those that were drained last."""
        self.overflow = np.zeros(tiles, bool)
        """Tiles in which a sum has left its range since telemetry was cleared."""

    def put_columns(self, tile: int, base: int, trits: np.ndarray) -> None:
        """Columns [n, lane] from `base` on. The map's last word is written whole: zero behind."""
        end = base + len(trits)
        self.weights[tile, base:end] = trits
        self.columns[tile, base : -(-end // COLUMN_ALIGN) * COLUMN_ALIGN] = False
        self.columns[tile, base:end] = (trits != 0).any(1)
