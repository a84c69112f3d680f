"""A program with its memory."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tercet.targets.fabric.format.frame import Frame
from tercet.targets.fabric.format.spec import FabricSpec


@dataclass(frozen=True)
class RandomProgram:
    """All that a run needs; nothing of the fabric's state before it matters."""

    seed: int
    spec: FabricSpec
    memory: npt.NDArray[np.uint8]
    """Every byte from address 0, the program's too."""
    window: tuple[int, int]
    address: int
    """Of the program."""
    frames: tuple[Frame, ...]
    latency: int
    """Cycles of the memory, from an address to its first beat."""
    records: int = 0
    """Where the records of the frames go; 0: nowhere."""
