"""Standard ONNX that computes the same integers in any runtime."""

from tercet.targets.info import TargetInfo

INFO = TargetInfo("onnx", "onnx", rank=1, title="ONNX", column=4)
