"""Runs of a simulator in a process of its own."""

import json
import logging
import shutil
import zlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from cocotb_tools.check_results import get_results

from tercet import assets
from tercet.errors import TercetError
from tercet.staging import staged
from tercet_cosim.bench.batch import Item, Ran, item_path, ran_path
from tercet_cosim.bench.job import Job, Outcome, job_path, outcome_path
from tercet_cosim.build import failed
from tercet_cosim.build.build import TOP, Build, runner
from tercet_cosim.build.power_up import power_up


class BatchError(TercetError):
    """An assertion fired, or the simulator broke; `ran` holds the programs before it."""

    def __init__(self, ran: list[Ran], reason: str) -> None:
        super().__init__(f"program {len(ran)} of the batch, or one before: {reason}")
        self.ran = ran


def execute(
    built: Build, job: Job, out: Path | None = None, wave: str = "wave"
) -> tuple[Outcome, Path | None]:
    """Run a job in a simulator process. Raises TercetError if that breaks.

    The waveform goes to `out`, named by `wave`, also if the run breaks.
    """
    with _folder() as folder:
        found = None
        try:
            (outcome,) = _executed(built, [job], folder)
        finally:
            if built.waves:
                found = _waveform(folder, out, wave)
        return outcome, found


def execute_all(built: Build, jobs: Sequence[Job]) -> list[Outcome]:
    """Run jobs one after the other in one simulator. Raises TercetError if one breaks it."""
    with _folder() as folder:
        return _executed(built, jobs, folder)


def _executed(built: Build, jobs: Sequence[Job], folder: Path) -> list[Outcome]:
    for number, job in enumerate(jobs):
        job.write(job_path(folder, number))
    log, paths = folder / "sim.log", [outcome_path(folder, n) for n in range(len(jobs))]
    results = _test(built, folder, log, "tercet_cosim.bench.testbench")
    if not all(path.exists() for path in paths) or get_results(results)[1]:
        raise TercetError(f"the simulation broke: {failed.told(log, 'simulation')}")
    fired = [line for line in failed.text(log).splitlines() if "Assertion failed" in line]
    if fired:
        raise TercetError(f"an assertion of the RTL fired: {fired[0].strip()}")
    return [Outcome.read(path) for path in paths]


def batch(built: Build, items: Sequence[Item], out: Path | None = None) -> list[Ran]:
    """Run programs one after the other in one simulator; one that breaks it ends the list."""
    with _folder() as folder:
        for number, item in enumerate(items):
            item.write(item_path(folder, number))
        log = folder / "sim.log"
        broke = ""
        try:
            _test(built, folder, log, "tercet_cosim.bench.batch_bench")
        except TercetError as error:
            broke = str(error)
        fired = [line for line in failed.text(log).splitlines() if "Assertion failed" in line]
        _waveform(folder, out)
        paths = [ran_path(folder, number) for number in range(len(items))]
        found = [Ran.read(path) for path in paths if path.exists()]
        if len(found) < len(items) or fired:
            reason = fired[0].strip() if fired else broke or failed.told(log, "simulation")
            raise BatchError(found, reason)
        return found


def scenarios(built: Build, seed: int) -> dict[str, str]:
    """The complaint of each scenario of `scenarios.safety`, "" if it passed.

    `seed` draws the fabric's state at power-up.
    """
    with _folder() as folder:
        log, outcome = folder / "sim.log", folder / "outcome.json"
        _test(built, folder, log, "scenarios.safety", seed)
        if not outcome.exists():
            raise TercetError(f"the simulation broke: {failed.told(log, 'simulation')}")
        found: dict[str, str] = json.loads(outcome.read_text(encoding="utf-8"))
        return found


def _folder() -> AbstractContextManager[Path]:
    """A temporary folder for the files between the processes."""
    return staged(assets.build_root() / "runs")


def _test(built: Build, folder: Path, log: Path, module: str, seed: int | None = None) -> Path:
    """Run a cocotb module, with waves in simulated time.

    Without a seed, the state at power-up depends on the jobs alone.
    """
    if seed is None:
        jobs = b"".join(path.read_bytes() for path in sorted(folder.glob("*.npz")))
        seed = 1 + zlib.crc32(jobs) % (1 << 30)
    plus = [f"+tercet_job={folder}", *power_up(seed)]
    plus += ["+tercet_clocked"] if built.waves else []
    logging.getLogger("cocotb").setLevel(logging.WARNING)
    try:
        return runner().test(
            test_module=module,
            hdl_toplevel=TOP,
            hdl_toplevel_lang="verilog",
            build_dir=built.folder,
            test_dir=folder,
            results_xml=str(folder / "results.xml"),
            plusargs=plus,
            waves=built.waves,
            log_file=log,
        )
    except (RuntimeError, SystemExit) as error:
        raise TercetError(
            f"the simulation broke: {failed.told(log, 'simulation', error)}"
        ) from error


def _waveform(folder: Path, out: Path | None, name: str = "wave") -> Path | None:
    found = next((p for p in folder.iterdir() if p.suffix == ".fst"), None)
    if found is None or out is None:
        return None
    out.mkdir(parents=True, exist_ok=True)
    return Path(shutil.move(found, out / f"{name}{found.suffix}"))
