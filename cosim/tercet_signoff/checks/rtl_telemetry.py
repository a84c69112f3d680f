"""rtl.telemetry: every telemetry register after every vector, and an identity between them."""

from tercet.report.catalogue import Declared
from tercet.report.contract import Check
from tercet_signoff.compare import matching
from tercet_signoff.context import CheckContext

CHECK = Declared(
    id="rtl.telemetry",
    title="Every telemetry register equals its prediction",
    stage="V2",
    item="simulation: every register that software reads",
    target="fabric",
    applies="of a subgraph",
)


def run(ctx: CheckContext) -> Check:
    got = dict(ctx.rtl.counters)
    want = dict(ctx.prediction.counters)
    for tile in range(ctx.plan.spec.tiles if ctx.plan.spec.telemetry else 0):
        # columns = issued + skip_act + skip_wgt must hold between the registers
        issued, skip_act, skip_wgt = (
            got[f"tile{tile}.{name}"] for name in ("issued", "skip_act", "skip_wgt")
        )
        name = f"tile{tile}: issued + skip_act + skip_wgt"
        want[name], got[name] = got[f"tile{tile}.columns"], issued + skip_act + skip_wgt
    each = "vector" if ctx.request.batch == 1 else f"batch of {ctx.request.batch} vectors"
    passed = f"{len(ctx.rtl.counters)} registers after every {each}"
    return matching(ctx, CHECK.id, want, got, passed, ctx.request.batch)
