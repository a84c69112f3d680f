"""The write of an element by the fabric: tile, cycle, and signal of a waveform."""

from dataclasses import dataclass

import numpy as np

from tercet.targets.fabric.program.plan import Heard, LayerPlan, Plan
from tercet_cosim.bench.job import Outcome

PERIOD = 10
"""Nanoseconds of a clock cycle in simulated time."""
RESULTS, SUMS = 0, 1
"""Columns of `Outcome.written`."""
SIGNALS = {RESULTS: "result_o", SUMS: "sum_i"}


@dataclass(frozen=True)
class Written:
    """The write of an element, from post-processing to a bank."""

    frame: int
    """The frame of the program `infer`."""
    tile: int
    cycle: int
    """The cycle after the doorbell's handshake."""
    signal: str
    value: int
    """The signal's value; a sum has no bias there."""
    time: int
    """Nanoseconds of simulated time at the end of the cycle."""

    def sentence(self, waveform: str | None) -> str:
        """A sentence that says where the write is, with its time if there is a waveform."""
        told = f"tile {self.tile} had it {self.cycle} cycles after the doorbell, in frame"
        told += f" {self.frame}, where {self.signal} is {self.value}"
        if waveform is None:
            return told
        return f"{told}: in {waveform} from {self.time - PERIOD} to {self.time} ns"


def written(plan: Plan, outcome: Outcome, name: str, vector: int, element: int) -> Written | None:
    """The first write of an element of the value `name`; None for values that no frame writes."""
    run, place = divmod(vector, plan.batch)
    for frame, heard in plan.heard.items():
        kind = _shown(plan.layers[heard.layer], heard, name)
        own = np.flatnonzero(heard.within[name] == element) if name in heard.within else element
        shows = np.argwhere(np.isin(heard.elements, own))
        if kind is None or heard.vector != place or not len(shows):
            continue
        event, tile = map(int, shows[0])
        values = outcome.values
        rows = np.flatnonzero((values[:, 0] == run) & (values[:, 1] == frame))
        if event >= len(rows):
            return None
        row = int(rows[event])
        cycles = outcome.written[row]
        return Written(
            frame=frame,
            tile=tile,
            cycle=int(cycles[kind]),
            signal=f"tct_tb.u_dut.u_array.gen_post[{tile}].u_post.{SIGNALS[kind]}",
            value=int(values[row, 2 + kind * plan.spec.tiles + tile]),
            time=int(cycles[2] - PERIOD * (cycles[RESULTS] - cycles[kind])),
        )
    return None


def _shown(layer: LayerPlan, heard: Heard, name: str) -> int | None:
    """The column of the value in a frame's rows: its sums, its results, or None."""
    if name == layer.sum_name and heard.bias is not None:
        return SUMS
    return RESULTS if name == layer.result_name or name in heard.within else None
