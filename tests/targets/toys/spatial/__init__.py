"""A second RTL target, as small as one can be: one linear layer, every product a wire."""

from tercet.targets.info import TargetInfo

INFO = TargetInfo("spatial", "spatial", rank=9, title="spatial", column=9, accelerates=True)
