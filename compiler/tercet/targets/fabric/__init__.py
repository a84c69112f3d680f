"""The ternary fabric: integer operators become programs of its tiles, one folder a stage."""

from tercet.targets.info import TargetInfo

INFO = TargetInfo(
    "fabric",
    "rtl",
    rank=4,
    title="fabric",
    column=1,
    accelerates=True,
    layer_options=("grid",),
)
