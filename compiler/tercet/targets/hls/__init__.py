"""HLS C++14 that runs a network by the header kernels of hls/include."""

from tercet.targets.info import TargetInfo

INFO = TargetInfo("hls", "hls", rank=3, title="HLS C++", column=3, wants_examples=True)
