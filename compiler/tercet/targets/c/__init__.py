"""C99 that runs a network by the runtime's kernels."""

from tercet.targets.info import TargetInfo

INFO = TargetInfo("c", "c", rank=2, title="host", column=2)
