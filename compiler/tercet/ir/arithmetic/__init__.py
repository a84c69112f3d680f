"""Exact arithmetic: products, division, roots, rounding, in numpy, in rationals and in ONNX."""
