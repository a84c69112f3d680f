"""golden.torch32: PyTorch in float32, compared at every quantizer."""

from tercet.report.catalogue import Declared
from tercet.report.contract import Check
from tercet_signoff.context import CheckContext
from tercet_signoff.model import pytorch

CHECK = Declared(
    id="golden.torch32",
    title="PyTorch in float32 differs only where rounding explains it",
    stage="V1",
    item="reference model: near the user's own as it is run",
    target=None,
    applies="of a module",
)


def run(ctx: CheckContext) -> Check:
    import torch

    return pytorch(ctx, CHECK.id, torch.float32)
