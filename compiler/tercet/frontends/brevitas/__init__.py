"""Brevitas modules, captured directly: their ONNX exports are not always faithful."""
