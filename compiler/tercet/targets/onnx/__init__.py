"""Standard ONNX that computes the same integers in any runtime."""
