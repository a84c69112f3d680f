"""Brevitas modules, captured directly: their ONNX exports are not always faithful."""

from tercet.frontends.brevitas import repair

repair.quant_cat()
