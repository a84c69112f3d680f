"""What goes into a simulation and what comes out: files between this process and its own."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Job:
    """One network to make resident, and inputs to run through it. Addresses and sizes in bytes."""

    memory: npt.NDArray[np.uint8]
    """Memory before anything runs, from address 0."""
    window: npt.NDArray[np.int64]
    """First address the fabric may touch, and first behind."""
    setup: npt.NDArray[np.int64]
    """Address and frames of the program that loads what stays."""
    infer: npt.NDArray[np.int64]
    inputs: npt.NDArray[np.uint8]
    """Packed inputs [V, bytes]."""
    input_address: int
    output_address: int
    output_bytes: int
    tiles: int
    lanes: int
    telemetry: int
    """Level of telemetry to read after each vector."""
    latency: int
    stall: int
    limit: int
    """Cycles after which a program counts as hung."""
    records: int = 0
    """Where the fabric writes the records of the frames of each vector; 0: nowhere."""

    def write(self, path: Path) -> None:
        np.savez(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def read(cls, path: Path) -> Self:
        with np.load(path) as data:
            named = {f.name: data[f.name] for f in fields(cls)}
        return cls(**{k: _scalar(v) for k, v in named.items()})


@dataclass(frozen=True)
class Outcome:
    """What the simulator saw."""

    outputs: npt.NDArray[np.uint8]
    """Bytes of the output [V, bytes]."""
    latency: npt.NDArray[np.int64]
    """Cycles from the doorbell's handshake to irq [V]."""
    counters: npt.NDArray[np.int64]
    """Every telemetry register, by `counters.names` [V, counters]."""
    values: npt.NDArray[np.int32]
    """What the ears heard: vector, frame, results of every tile, sums of every tile [events, …]."""
    written: npt.NDArray[np.int64]
    """When: cycle after the doorbell, the sums' cycle after it, simulated time [events, 3]."""
    frames: npt.NDArray[np.int64]
    """EXEC frames: vector, frame, cycles [events, 3]."""
    setup_cycles: int
    setup_counters: npt.NDArray[np.int64]
    records: npt.NDArray[np.uint8]
    """The records of the frames [V, 64 bytes a frame]: see the format's `records`."""
    simulated: int
    """Clock cycles of this job."""
    seconds: float
    """Processor seconds inside the clock loop's calls, all vectors."""
    error: str

    def write(self, path: Path) -> None:
        arrays: dict[str, Any] = {k: np.asarray(v) for k, v in asdict(self).items()}
        np.savez(path, **arrays)

    @classmethod
    def read(cls, path: Path) -> Self:
        with np.load(path) as data:
            named = {f.name: data[f.name] for f in fields(cls)}
        return cls(**{k: _scalar(v) for k, v in named.items()})


def job_path(folder: Path, number: int) -> Path:
    return folder / f"job{number}.npz"


def outcome_path(folder: Path, number: int) -> Path:
    return folder / f"outcome{number}.npz"


def _scalar(value: npt.NDArray[Any]) -> Any:
    """An array as it is; one without axes as the Python value in it."""
    return value if value.ndim else value.item()
