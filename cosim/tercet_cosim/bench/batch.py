"""Programs of one simulation, each with its memory, as files between the processes."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Item:
    """One program to run. Addresses in bytes."""

    memory: npt.NDArray[np.uint8]
    """Memory before it runs, from address 0."""
    window: tuple[int, int]
    address: int
    frames: int
    latency: int
    records: int = 0
    """The address of the frames' records; 0 for none."""
    stall: int = 0
    """Chance of 1/256 with which the memory holds back a handshake in a cycle."""
    limit: int = 400_000
    """Cycles after which the program counts as hung."""

    def write(self, path: Path) -> None:
        np.savez(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def read(cls, path: Path) -> Self:
        found = _read(path)
        return cls(**{**found, "window": tuple(found["window"].tolist())})


@dataclass(frozen=True)
class Ran:
    """The observed run of one program."""

    memory: npt.NDArray[np.uint8]
    """The memory afterwards."""
    cycles: int
    """From the doorbell's handshake to irq."""
    counters: npt.NDArray[np.int64]
    """Every telemetry register, by `counters.names`."""
    values: npt.NDArray[np.int32]
    """Written values: frame, results of every tile, sums of every tile [events, …]."""
    frames: npt.NDArray[np.int32]
    """EXEC frames in the order in which they finished: frame, cycles [events, 2]."""
    error: str

    def write(self, path: Path) -> None:
        arrays: dict[str, Any] = {f.name: np.asarray(getattr(self, f.name)) for f in fields(self)}
        np.savez(path, **arrays)

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls(**_read(path))


def item_path(folder: Path, number: int) -> Path:
    return folder / f"item{number}.npz"


def ran_path(folder: Path, number: int) -> Path:
    return folder / f"ran{number}.npz"


def _read(path: Path) -> dict[str, Any]:
    with np.load(path) as data:
        return {name: data[name] if data[name].ndim else data[name].item() for name in data.files}
