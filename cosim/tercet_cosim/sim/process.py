"""One run of a simulator, in a process of its own."""

import json
import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cocotb_tools.check_results import get_results

from tercet import assets
from tercet.errors import TercetError
from tercet_cosim.sim.batch import Item, Ran, item_path, ran_path
from tercet_cosim.sim.build import TOP, Build, runner
from tercet_cosim.sim.job import Job, Outcome, job_path, outcome_path


class BatchError(TercetError):
    """An assertion fired, or the simulator broke: programs `ran` before."""

    def __init__(self, ran: list[Ran], reason: str) -> None:
        super().__init__(f"program {len(ran)} of the batch, or one before: {reason}")
        self.ran = ran


def execute(
    built: Build, job: Job, out: Path | None = None, wave: str = "wave"
) -> tuple[Outcome, Path | None]:
    """Run a job in a simulator of its own process. Raises TercetError where that breaks.

    A waveform goes to `out`, under the name `wave`: of a run that broke too.
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
    """Run jobs one after the other in one simulator. Raises TercetError where one breaks it."""
    with _folder() as folder:
        return _executed(built, jobs, folder)


def _executed(built: Build, jobs: Sequence[Job], folder: Path) -> list[Outcome]:
    for number, job in enumerate(jobs):
        job.write(job_path(folder, number))
    log, paths = folder / "sim.log", [outcome_path(folder, n) for n in range(len(jobs))]
    results = _test(built, folder, log, "tercet_cosim.sim.testbench")
    if not all(path.exists() for path in paths) or get_results(results)[1]:
        raise TercetError(f"the simulation broke: {_reason(log)}")
    fired = [line for line in log.read_text().splitlines() if "Assertion failed" in line]
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
            _test(built, folder, log, "tercet_cosim.sim.batch_bench")
        except TercetError as error:
            broke = str(error)
        fired = [line for line in log.read_text().splitlines() if "Assertion failed" in line]
        _waveform(folder, out)
        paths = [ran_path(folder, number) for number in range(len(items))]
        found = [Ran.read(path) for path in paths if path.exists()]
        if len(found) < len(items) or fired:
            reason = fired[0].strip() if fired else broke or _reason(log)
            raise BatchError(found, reason)
        return found


def scenarios(built: Build) -> dict[str, str]:
    """What each scenario of `tercet_cosim.sim.safety` complained of: nothing if it is empty."""
    with _folder() as folder:
        log, outcome = folder / "sim.log", folder / "outcome.json"
        _test(built, folder, log, "tercet_cosim.sim.safety")
        if not outcome.exists():
            raise TercetError(f"the simulation broke: {_reason(log)}")
        found: dict[str, str] = json.loads(outcome.read_text(encoding="utf-8"))
        return found


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for the files between the processes, gone afterwards."""
    folder = Path(tempfile.mkdtemp(dir=assets.build_root(), prefix="run-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _test(built: Build, folder: Path, log: Path, module: str) -> Path:
    """Run a cocotb module; with waves, in simulated time."""
    plus = [f"+tercet_job={folder}", *(["+tercet_clocked"] if built.waves else [])]
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
        raise TercetError(f"the simulation broke: {_reason(log) or error}") from error


def _reason(log: Path) -> str:
    lines = log.read_text().splitlines() if log.exists() else []
    telling = [line.strip() for line in lines if "rror" in line or "ssertion" in line]
    return telling[0] if telling else "\n".join(lines[-3:])


def _waveform(folder: Path, out: Path | None, name: str = "wave") -> Path | None:
    found = next((p for p in folder.iterdir() if p.suffix == ".fst"), None)
    if found is None or out is None:
        return None
    out.mkdir(parents=True, exist_ok=True)
    return Path(shutil.move(found, out / f"{name}{found.suffix}"))
