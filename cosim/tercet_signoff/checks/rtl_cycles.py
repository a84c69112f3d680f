"""rtl.cycles: predicted and measured cycles, end to end, of every layer and of the set-up."""

import numpy as np

from tercet.report.catalogue import Declared
from tercet.report.contract import Check
from tercet_signoff.compare import matching
from tercet_signoff.context import CheckContext

CHECK = Declared(
    id="rtl.cycles",
    title="Every predicted cycle equals the measured one",
    stage="V2",
    item="simulation: performance as specified",
    target="fabric",
    applies="of a subgraph",
)


def run(ctx: CheckContext) -> Check:
    from tercet_golden.cycles import predict_setup

    want = {"doorbell to irq": ctx.prediction.cycles, **ctx.prediction.layer_cycles}
    got = {"doorbell to irq": ctx.rtl.cycles, **ctx.rtl.layer_cycles}
    for name, value in predict_setup(ctx.plan).items():
        if name in ctx.rtl.setup:
            want[f"set-up: {name}"] = np.array([value])
            got[f"set-up: {name}"] = np.array([ctx.rtl.setup[name]])
    passed = "doorbell to irq, every layer, and the set-up program"
    return matching(ctx, CHECK.id, want, got, passed, ctx.request.batch)
