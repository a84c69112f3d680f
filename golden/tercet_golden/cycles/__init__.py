"""The cycle model: every cycle and every counter of the fabric, exactly.

It works from the program, the weights and the actual activations, by the laws of fabric.md: when a
word of a bitmap is read, when a column is issued, when sums are drained (`scan`), and when the
engines and the bus let each frame begin and end (`machine`). It shares nothing with the RTL.
"""

from tercet_golden.cycles.predict import LayerCycles, Prediction, predict, predict_setup

__all__ = ["LayerCycles", "Prediction", "predict", "predict_setup"]
