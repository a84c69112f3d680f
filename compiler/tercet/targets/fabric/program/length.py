"""Tests that a program is not too long, with a way out that makes it shorter."""

from collections.abc import Sequence

from tercet.errors import CapacityError
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.placement.capacity import way_out
from tercet.targets.fabric.program.transfers import Export

MOST_FRAMES = 0xFFFF
"""The most frames of a program: a register and the waits have 16 bits."""


def require_short(frames: int, batch: int, spec: FabricSpec, *, cut: bool) -> None:
    """Raise CapacityError if a program has too many frames; `cut`: steps run in pieces."""
    if frames <= MOST_FRAMES:
        return
    key = "bank_b_depth" if cut else "bank_a_depth"  # larger banks need fewer EXECs
    shorter = way_out(2 * getattr(spec, key), key, spec)
    if batch > 1:
        shorter = f"choose --batch {max(1, batch * MOST_FRAMES // frames)}"
    raise CapacityError(f"{_counted(frames, batch)}: {shorter}")


def require_wide(
    exports: Sequence[Export], units: int, batch: int, outputs: int, spec: FabricSpec
) -> None:
    """Raise CapacityError if bank C, less `outputs` words, makes exports take too many frames.

    `units`: EXECs of an input that are no exports. The error names a depth that is enough, if
    there is one.
    """
    frames = batch * (units + 2 * len(exports))
    if not exports or frames <= MOST_FRAMES or batch * units > MOST_FRAMES // 2:
        return
    total, depth = sum(export.words for export in exports), spec.out_depth
    while batch * (units + 4 * total // max(1, depth - outputs)) > MOST_FRAMES // 2:
        depth *= 2
    raise CapacityError(
        f"{_counted(frames, batch)}, for bank C has room for {exports[0].words} words "
        "of activations on their way to memory",
        way_out=way_out(depth, "out_depth", spec),
    )


def _counted(frames: int, batch: int) -> str:
    inputs = "1 input" if batch == 1 else f"{batch} inputs"
    return f"a program of {inputs} takes {frames} frames, it may have {MOST_FRAMES}"
