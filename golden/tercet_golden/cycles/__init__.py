"""The model of the fabric: every integer, every cycle and every counter, exactly.

It works from the program and the memory alone, by the laws of fabric.md: when a word is read, when
a column is issued, when sums are drained (the fabric's `timing`), what is added up and written
(`execute`), and when the engines and the bus let each frame begin and end (`bus`). It shares
nothing with the RTL, and knows nothing of layers.
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
