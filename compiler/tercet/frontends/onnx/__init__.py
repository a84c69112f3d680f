"""ONNX files: standard, QONNX, QDQ or operator form, to the float dialect."""

from tercet.frontends.onnx.load import load, shapes_of
from tercet.frontends.onnx.model import OnnxModel
from tercet.frontends.onnx.read import read

__all__ = ["OnnxModel", "load", "read", "shapes_of"]
