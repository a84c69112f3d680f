"""The float dialect from ONNX files: standard, QONNX, QDQ or operator form."""

from tercet.frontends.onnx.file.model import OnnxModel
from tercet.frontends.onnx.file.read import read
from tercet.frontends.onnx.load import load, shapes_of

__all__ = ["OnnxModel", "load", "read", "shapes_of"]
