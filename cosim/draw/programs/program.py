"""A program with its memory."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tercet.targets.fabric.format.frame import Frame
from tercet.targets.fabric.format.spec import FabricSpec


@dataclass(frozen=True)
class RandomProgram:
    """A program and its memory, independent of the fabric's state before it."""

    seed: int
    spec: FabricSpec
    memory: npt.NDArray[np.uint8]
    """Every byte from address 0, the program's included."""
    window: tuple[int, int]
    address: int
    """The address of the program."""
    frames: tuple[Frame, ...]
    latency: int
    """The memory's cycles from an address to its first beat."""
    records: int = 0
    """The address of the frames' records; 0 for none."""
