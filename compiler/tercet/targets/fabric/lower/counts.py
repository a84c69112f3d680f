"""Step functions of a sum, as thresholds where they rise or fall by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tercet.errors import UnsupportedError
from tercet.ir.families.spatial import Mask
from tercet.ir.types import IntArray
from tercet.targets.fabric.lower.closing import Closing
from tercet.targets.fabric.lower.sums import SumClosing
from tercet.targets.fabric.steps.closings import Thresholds

NEVER = 1 << 48
"""A threshold that no sum reaches; its negative is one that every sum reaches."""


@dataclass(frozen=True, eq=False)
class Counts:
    """y = low + sum of the signs of the thresholds that the sum reaches; [N, E], ascending."""

    rows: IntArray
    signs: IntArray
    low: int

    @property
    def turns(self) -> bool:
        """Whether a row both rises and falls."""
        falls = self.signs < 0
        return bool((falls.any(axis=1) & ~falls.all(axis=1)).any())

    def only(self, sign: int) -> "Counts":
        """The function that counts the reached thresholds of one sign."""
        kept = [row[signs == sign] for row, signs in zip(self.rows, self.signs, strict=True)]
        return Counts(*_padded([(row, np.ones_like(row)) for row in kept]), 0)

    def closing(self, layer: str, row: IntArray) -> Closing:
        """The closing of rows that do not turn; falling ones negate sums: acc < t is -acc > -t."""
        assert not self.turns
        falls: Mask = np.all(self.signs < 0, axis=1, keepdims=True)[:, 0]
        count = self.rows.shape[1]
        steps, low = self.rows, self.low
        if falls.any():
            turned, always = 1 - self.rows[:, ::-1], np.full_like(self.rows, -NEVER)
            rising = np.hstack([always, self.rows])
            falling = np.hstack([turned, np.full_like(self.rows, NEVER)])
            steps, low = np.where(falls[:, None], falling, rising), low - count
            steps = steps[:, :count] if falls.all() else steps
        return Closing(_maker(layer, steps, low, falls), row)


def _maker(
    layer: str, steps: IntArray, low: int, falls: Mask
) -> Callable[[IntArray, int], tuple[SumClosing, IntArray]]:
    def make(row: IntArray, factor: int) -> tuple[SumClosing, IntArray]:
        if factor < 1:
            raise UnsupportedError(
                f"a window of its pool weighs {factor}, the fabric counts steps of windows "
                "that weigh 1 or more",
                layer=layer,
                way_out="leave no window outside of the image",
            )
        return Thresholds(-(-steps[row] // factor), low), np.where(falls[row], -1, 1)

    return make


def of_table(table: IntArray, first: int) -> Counts:
    """The same function as a table [N, entries], whose first entry is for the sum `first`."""
    low, x = int(table[:, 0].min()), first + 1 + np.arange(table.shape[1] - 1)
    rows = []
    for line in table:
        jumps = np.diff(line)
        start = np.full(line[0] - low, -NEVER)
        steps = np.concatenate([start, np.repeat(x, abs(jumps))])
        rows.append(
            (steps, np.concatenate([start // -NEVER, np.repeat(np.sign(jumps), abs(jumps))]))
        )
    return Counts(*_padded(rows), low)


def _padded(rows: Sequence[tuple[IntArray, IntArray]]) -> tuple[IntArray, IntArray]:
    """Rows of thresholds and signs as two arrays, filled up with thresholds never reached."""
    most = max(1, *(len(steps) for steps, _ in rows)) if rows else 1
    pads = [(0, most - len(steps)) for steps, _ in rows]
    steps = [np.pad(s, p, constant_values=NEVER) for (s, _), p in zip(rows, pads, strict=True)]
    signs = [np.pad(s, p, constant_values=1) for (_, s), p in zip(rows, pads, strict=True)]
    return np.stack(steps), np.stack(signs)
