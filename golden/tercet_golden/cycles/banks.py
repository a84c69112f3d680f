"""The state that a fabric keeps from frame to frame, and from program to program."""

import numpy as np

from tercet.targets.fabric.format.spec import BUS_BYTES, COLUMN_ALIGN, FabricSpec


class Banks:
    """Every memory and register that outlives a frame; all are zero at power-up."""

    def __init__(self, spec: FabricSpec) -> None:
        tiles, lanes = spec.tiles, spec.lanes
        self.weights = np.zeros((tiles, spec.bank_a_depth, lanes), np.int8)
        """Trits [T, column, lane]."""
        self.columns = np.zeros((tiles, spec.bank_a_depth), bool)
        """Map A: the columns that were loaded with a trit other than zero [T, column]."""
        self.acts = np.zeros((tiles, spec.bank_b_depth), np.int16)
        self.params = np.zeros((tiles, spec.param_depth, 2), np.uint64)
        """Parameter entries: low and high half of 128 bits, of which 96 are used."""
        self.walk = np.zeros((tiles, spec.walk_depth), np.uint64)
        self.route = np.zeros((tiles, spec.route_depth), np.uint64)
        self.out = np.zeros(BUS_BYTES * spec.out_depth, np.uint8)
        """The bytes of bank C."""
        self.acc = np.zeros((tiles, lanes), np.int64)
        self.drain = np.zeros((tiles, lanes), np.int64)
        """The sums in the lanes, and those drained last."""
        self.overflow = np.zeros(tiles, bool)
        """Tiles in which a sum overflowed since telemetry was cleared."""

    def put_columns(self, tile: int, base: int, trits: np.ndarray) -> None:
        """Store columns [n, lane] from `base` on; the rest of the map's last word becomes zero."""
        end = base + len(trits)
        self.weights[tile, base:end] = trits
        self.columns[tile, base : -(-end // COLUMN_ALIGN) * COLUMN_ALIGN] = False
        self.columns[tile, base:end] = (trits != 0).any(1)
