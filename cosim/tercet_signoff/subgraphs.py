"""The parts of the network, each on one target. Today one, called main, is all of it."""

from collections.abc import Sequence
from dataclasses import replace

from tercet.report.contract import Cycles, Subgraph
from tercet_signoff.context import CheckContext
from tercet_signoff.layers import spread

MAIN = "main"


def subgraphs(ctx: CheckContext) -> tuple[Subgraph, ...]:
    """Without cycles, which are known only after all checks."""
    return (
        Subgraph(
            name=MAIN,
            target="fabric",
            layers=tuple(layer.name for layer in ctx.plan.layers),
            calls=1,
            cycles_predicted=None,
            cycles_measured=None,
            bytes_in=ctx.plan.input_bytes,
            bytes_out=ctx.plan.output_bytes,
        ),
    )


def with_cycles(parts: Sequence[Subgraph], cycles: Cycles) -> tuple[Subgraph, ...]:
    """The same, with the cycles of a call: of the one part, those from end to end."""
    (main,) = parts
    predicted, measured = cycles.predicted or None, cycles.measured or None
    return (
        replace(
            main,
            cycles_predicted=None if predicted is None else spread(predicted),
            cycles_measured=None if measured is None else spread(measured),
        ),
    )
