"""The public names of post-training quantization."""

from tercet.frontends.ptq.data import Data, data_of, parted, require_enough
from tercet.frontends.ptq.quantize import Quantized, accuracy, quantize
from tercet.frontends.ptq.schemes import WEIGHTS

__all__ = [
    "WEIGHTS",
    "Data",
    "Quantized",
    "accuracy",
    "data_of",
    "parted",
    "quantize",
    "require_enough",
]
