"""Post-training quantization: a float module in, a Brevitas module that Tercet takes out.

The mathematics is Brevitas' own; here it is only set up, fed and written down.
"""

from tercet.frontends.ptq.data import Data, read
from tercet.frontends.ptq.quantize import Quantized, accuracy, quantize
from tercet.frontends.ptq.schemes import WEIGHTS

__all__ = ["WEIGHTS", "Data", "Quantized", "accuracy", "quantize", "read"]
