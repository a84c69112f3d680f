"""How far the user's own model may be from the network that was built, from input to output.

At each quantizer an element next to a rounding tie is explained. What such elements lead to is
counted here: nothing is put right on the way. The limits were calibrated once, on the zoo, its
exports to ONNX and the structures of the tests (numerics.md), and are not to be moved.
"""

from math import sqrt

from tercet.report.contract import EndToEnd

ARGMAXES = 0.005
"""Share of the vectors whose argmax may differ; one vector always may."""
BEYOND = 0.05
"""Share of the outputs that may differ by more than one step; those of one vector always may."""
SIGMAS = 4
"""Standard deviations of a fair coin by which the other side of structural ties may lead."""


def excess(found: EndToEnd) -> str | None:
    """Why the outputs are too far from the user's own, None where they are not."""
    if found.argmaxes is not None and found.argmaxes > max(1.0, ARGMAXES * found.vectors):
        return (
            f"end to end the argmax differs in {found.argmaxes} of {found.vectors} vectors; "
            f"{100 * ARGMAXES:g} % may, and one always"
        )
    if found.beyond > max(found.outputs / found.vectors, BEYOND * found.outputs):
        return (
            f"end to end {found.beyond} of {found.outputs} outputs differ by more than one step; "
            f"{100 * BEYOND:g} % may, and those of one vector always"
        )
    ties, others = found.tied.ties, found.tied.others
    if others > ties / 2 + SIGMAS * sqrt(ties) / 2:
        return (
            f"{others} of {ties} structural ties are rounded another way than here; half of them "
            "is what noise can do"
        )
    return None


def summary(found: EndToEnd) -> str:
    """The figures in words."""
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
