"""golden.torch64: PyTorch in float64, compared at every quantizer."""

from tercet.report.catalogue import Declared
from tercet.report.contract import Check
from tercet_signoff.context import CheckContext
from tercet_signoff.model import pytorch

CHECK = Declared(
    id="golden.torch64",
    title="PyTorch in float64 equals the integer reference",
    stage="V1",
    item="reference model: equal to the user's own",
    target=None,
    applies="of a module",
    judges=True,
)


def run(ctx: CheckContext) -> Check:
    import torch

    return pytorch(ctx, CHECK.id, torch.float64)
