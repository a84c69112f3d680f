"""The cycle model of the fabric: every integer, cycle and counter of a program, exactly.

It works from the program and the memory alone, by the rules of fabric.md. The fabric's `timing`
gives the cycle of each read, column and drain; `execute` the sums and the results; `bus` the start
and the end of each frame. It shares no code with the RTL, and knows no layers.
"""

from tercet_golden.cycles.machine import FrameRecord, Machine, Ran
from tercet_golden.cycles.predict import LayerCycles, Prediction, predict, predict_setup

__all__ = [
    "FrameRecord",
    "LayerCycles",
    "Machine",
    "Prediction",
    "Ran",
    "predict",
    "predict_setup",
]
