"""Front ends: a user's model in, a module of the float dialect out."""

from tercet.frontends.load import capture, load
from tercet.frontends.model import Model, resolve
from tercet.frontends.reading import Reading
from tercet.frontends.weights import weights_of
from tercet.ir.boundary import quantize_input, quantize_inputs

__all__ = [
    "Model",
    "Reading",
    "capture",
    "load",
    "quantize_input",
    "quantize_inputs",
    "resolve",
    "weights_of",
]
