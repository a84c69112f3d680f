"""Jobs of a simulation and their outcomes, as files between the processes."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Job:
    """A network to make resident, and its inputs. Addresses and sizes are in bytes."""

    memory: npt.NDArray[np.uint8]
    """Memory before anything runs, from address 0."""
    window: npt.NDArray[np.int64]
    """The memory window: its first address, and the first behind it."""
    setup: npt.NDArray[np.int64]
    """Address and frames of the set-up program, which loads the resident data."""
    infer: npt.NDArray[np.int64]
    inputs: npt.NDArray[np.uint8]
    """Packed inputs [V, bytes]."""
    input_address: int
    output_address: int
    output_bytes: int
    tiles: int
    lanes: int
    telemetry: int
    """The level of telemetry to read after each vector."""
    latency: int
    stall: int
    limit: int
    """Cycles after which a program counts as hung."""
    records: int = 0
    """The address of the frames' records of each vector; 0 for none."""

    def write(self, path: Path) -> None:
        np.savez(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def read(cls, path: Path) -> Self:
        with np.load(path) as data:
            named = {f.name: data[f.name] for f in fields(cls)}
        return cls(**{k: _scalar(v) for k, v in named.items()})


@dataclass(frozen=True)
class Outcome:
    """The observed run of a job."""

    outputs: npt.NDArray[np.uint8]
    """Bytes of the output [V, bytes]."""
    latency: npt.NDArray[np.int64]
    """Cycles from the doorbell's handshake to irq [V]."""
    counters: npt.NDArray[np.int64]
    """Every telemetry register, by `counters.names` [V, counters]."""
    values: npt.NDArray[np.int32]
    """Written values: vector, frame, results of every tile, sums of every tile [events, …]."""
    written: npt.NDArray[np.int64]
    """Their times: cycle after the doorbell, that of the sums, simulated time [events, 3]."""
    frames: npt.NDArray[np.int64]
    """EXEC frames: vector, frame, cycles [events, 3]."""
    setup_cycles: int
    setup_counters: npt.NDArray[np.int64]
    records: npt.NDArray[np.uint8]
    """The records of the frames [V, 64 bytes a frame]: see the format's `records`."""
    simulated: int
    """Clock cycles of this job."""
    seconds: float
    """Processor seconds of the clock loop, for all vectors."""
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
    """An array, or the Python value of an array without axes."""
    return value if value.ndim else value.item()
