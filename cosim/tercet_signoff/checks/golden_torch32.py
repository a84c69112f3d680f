"""PyTorch in float32, at every quantizer."""

from tercet.report.contract import Check
from tercet_signoff.context import CheckContext
from tercet_signoff.model import pytorch

ID = "golden.torch32"


def run(ctx: CheckContext) -> Check:
    import torch

    return pytorch(ctx, ID, torch.float32)
