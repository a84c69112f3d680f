"""Front ends: a user's model in, a module of the float dialect out."""

from tercet.frontends.brevitas.load import load
from tercet.frontends.model import Model, resolve
from tercet.ir.boundary import quantize_input

__all__ = ["Model", "load", "quantize_input", "resolve"]
