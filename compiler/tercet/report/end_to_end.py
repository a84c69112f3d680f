"""Limits on the differences between the outputs of the user's model and of the integer network.

Other checks excuse an element next to a rounding tie, quantizer by quantizer. Here the effect of
all such elements on the outputs is counted, without corrections on the way. The limits were
calibrated once, on the zoo, its exports to ONNX and the structures of the tests (numerics.md);
do not loosen them.
"""

from math import sqrt

from tercet.report.contract import EndToEnd

ARGMAXES = 0.005
"""Share of the vectors whose argmax may differ; one vector is always allowed."""
BEYOND = 0.05
"""Share of the outputs that may differ by more than one step; one vector's are always allowed."""
SIGMAS = 4
"""Standard deviations of a fair coin by which ties rounded the other way may exceed one half."""


def excess(found: EndToEnd) -> str | None:
    """Why the outputs are too far from those of the user's model; None if they are near enough."""
    if found.argmaxes is not None and found.argmaxes > max(1.0, ARGMAXES * found.vectors):
        return (
            f"end to end the argmax differs in {found.argmaxes} of {found.vectors} vectors; "
            f"the limit is {100 * ARGMAXES:g} %, or one vector"
        )
    if found.beyond > max(found.outputs / found.vectors, BEYOND * found.outputs):
        return (
            f"end to end {found.beyond} of {found.outputs} outputs differ by more than one step; "
            f"the limit is {100 * BEYOND:g} %, or the outputs of one vector"
        )
    ties, others = found.tied.ties, found.tied.others
    if others > ties / 2 + SIGMAS * sqrt(ties) / 2:
        return (
            f"{others} of {ties} structural ties are rounded the other way; noise would round "
            "about half of them so"
        )
    return None


def summary(found: EndToEnd) -> str:
    """The figures of `found` as one sentence."""
    if not found.differ:
        return f"end to end all {found.outputs:,} outputs are equal"
    share, tied = 100 * found.differ / found.outputs, found.tied
    argmax = ""
    if found.argmaxes is not None:
        other = found.argmaxes + (tied.argmaxes or 0)
        argmax = f", and {other} argmaxes of {found.vectors}"
    ties = ""
    if tied.vectors:
        ties = f"; in {tied.vectors} vectors it began with a structural tie"
    return (
        f"end to end {found.differ:,} of {found.outputs:,} outputs differ ({share:.2g} %), by at "
        f"most {found.largest:.3g} steps{argmax}{ties}"
    )
