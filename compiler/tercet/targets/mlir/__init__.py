"""The integer dialect itself, as text."""

from tercet.targets.info import TargetInfo

INFO = TargetInfo("mlir", "mlir", rank=0)
