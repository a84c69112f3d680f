"""ONNX files: standard, QONNX, QDQ or operator form, to the float dialect."""

from tercet.frontends.onnx.load import load
from tercet.frontends.onnx.model import OnnxModel
from tercet.frontends.onnx.read import read

__all__ = ["OnnxModel", "load", "read"]
