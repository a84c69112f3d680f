"""Limits of files, checked before anything is allocated, because files are untrusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from tercet.errors import CaptureError

FILE_BYTES = 1 << 28
EXTERNAL_BYTES = 1 << 30
NODES = 50_000
TENSOR = 1 << 26
"""The most elements of a constant."""
ROW = 1 << 24
"""The most elements of a layer's result, for one row of the batch."""
FOLDED = 1 << 27
"""The most elements of all constants together."""
RANK = 16


def shown(name: str) -> str:
    """A name from a file, shortened to one line of a message."""
    clean = "".join(c if c.isprintable() else "?" for c in name)
    return clean if len(clean) <= 80 else f"{clean[:60]}...{clean[-16:]}"


def require_shape(where: str, shape: Sequence[int], most: int = TENSOR) -> None:
    """Refuse a shape that no tensor here can have."""
    wrong = [extent for extent in shape if extent < 0]
    if wrong or len(shape) > RANK:
        raise CaptureError(
            f"shape {_text(shape)} is none", layer=where, wanted=f"up to {RANK} extents"
        )
    require_elements(where, prod(shape), f"a tensor of shape {_text(shape)}", most)


def require_elements(where: str, count: int, what: str = "a tensor", most: int = TENSOR) -> None:
    if count > most:
        raise CaptureError(
            f"{what} has {count:.3g} elements", layer=where, way_out=f"Tercet takes up to {most}"
        )


def _text(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape[:RANK]))}{', ...' if len(shape) > RANK else ''})"


@dataclass
class Budget:
    """The number of elements that the constants of a file may still take."""

    left: int = FOLDED

    def spend(self, where: str, count: int, copies: int = 1) -> None:
        """Take `count` elements, which are held in `copies` for a while."""
        require_elements(where, count)
        self.left -= copies * count
        if self.left < 0:
            raise CaptureError(
                f"the constants up to here have more than {FOLDED} elements, which is all "
                "that Tercet takes from one file",
                layer=where,
            )
