"""Run a plan on the simulated fabric."""

import json
import logging
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from cocotb_tools.check_results import get_results

from tercet import assets
from tercet.errors import TercetError
from tercet.fabric.frame import Exec
from tercet.ir.types import IntArray
from tercet.plan import LayerPlan, Plan
from tercet_cosim.sim import counters
from tercet_cosim.sim.build import TOP, Build, build, runner
from tercet_cosim.sim.job import Job, Outcome

LATENCY = 10
"""Cycles of the memory, from an address to its first beat."""
HUNG = 4_000_000


@dataclass(frozen=True)
class Memory:
    """How the memory behaves."""

    latency: int = LATENCY
    stall: int = 0
    """Chance of 1/256 with which a handshake is held back in a cycle."""


@dataclass(frozen=True)
class Run:
    """What the simulated fabric did, for every vector."""

    values: dict[str, IntArray]
    """Every layer's sums and results as they left the lanes, and `output` as it came to memory."""
    cycles: IntArray
    """From the doorbell's handshake to irq [V]."""
    counters: dict[str, IntArray]
    """Every telemetry register [V]."""
    layer_cycles: dict[str, IntArray]
    """Cycles in which the layer's EXEC frames ran [V]."""
    setup: dict[str, int]
    """Telemetry registers after the program that makes the network resident."""
    simulated: int
    """Clock cycles in all, and the processor seconds they took."""
    seconds: float
    waveform: Path | None


def simulate(
    plan: Plan,
    x: IntArray,
    *,
    waves: bool = False,
    memory: Memory = Memory(),
    rtl: Path | None = None,
    out: Path | None = None,
) -> Run:
    """Run inputs [V, K] through a plan. With `waves`, in simulated time, with a waveform in `out`.

    Raises TercetError when the fabric reports an error or hangs, or an assertion fires.
    """
    built = build(plan.spec, waves=waves, rtl=rtl)
    job = job_of(plan, x, memory)
    outcome, waveform = execute(built, job, out)
    if outcome.error:
        raise TercetError(f"the fabric {plan.spec.name!r} failed at {outcome.error}")
    names = counters.names(plan.spec.tiles, plan.spec.lanes, plan.spec.telemetry)
    return Run(
        values={**_values(plan, outcome), "output": plan.unpack(outcome.outputs)},
        cycles=outcome.latency,
        counters={name: outcome.counters[:, i] for i, name in enumerate(names)},
        layer_cycles=_layer_cycles(plan, outcome),
        setup=dict(zip(names, map(int, outcome.setup_counters), strict=True)),
        simulated=outcome.simulated,
        seconds=outcome.seconds,
        waveform=waveform,
    )


def job_of(plan: Plan, x: IntArray, memory: Memory = Memory()) -> Job:
    """Everything a simulation of the plan needs."""
    return Job(
        memory=plan.image(),
        window=np.array(plan.window),
        setup=np.array([plan.setup.address, len(plan.setup.frames)]),
        infer=np.array([plan.infer.address, len(plan.infer.frames)]),
        inputs=plan.pack(x),
        input_address=plan.input_address,
        output_address=plan.output_address,
        output_bytes=plan.output_bytes,
        tiles=plan.spec.tiles,
        lanes=plan.spec.lanes,
        telemetry=plan.spec.telemetry,
        latency=memory.latency,
        stall=memory.stall,
        limit=HUNG,
    )


def execute(built: Build, job: Job, out: Path | None = None) -> tuple[Outcome, Path | None]:
    """Run a job in a simulator of its own process."""
    folder = Path(tempfile.mkdtemp(dir=assets.build_root(), prefix="run-"))
    try:
        job.write(folder / "job.npz")
        plus = [f"+tercet_job={folder}", *(["+tercet_clocked"] if built.waves else [])]
        log = folder / "sim.log"
        results = _test(built, folder, plus, log, "tercet_cosim.sim.testbench")
        if not (folder / "outcome.npz").exists() or get_results(results)[1]:
            raise TercetError(f"the simulation broke: {_reason(log)}")
        outcome = Outcome.read(folder / "outcome.npz")
        fired = [line for line in log.read_text().splitlines() if "Assertion failed" in line]
        if fired:
            raise TercetError(f"an assertion of the RTL fired: {fired[0].strip()}")
        return outcome, _waveform(folder, out) if built.waves else None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def scenarios(built: Build) -> dict[str, str]:
    """What each scenario of `tercet_cosim.sim.safety` complained of: nothing if it is empty."""
    folder = Path(tempfile.mkdtemp(dir=assets.build_root(), prefix="run-"))
    try:
        log, outcome = folder / "sim.log", folder / "outcome.json"
        plus = [f"+tercet_job={folder}"]
        _test(built, folder, plus, log, "tercet_cosim.sim.safety")
        if not outcome.exists():
            raise TercetError(f"the simulation broke: {_reason(log)}")
        found: dict[str, str] = json.loads(outcome.read_text(encoding="utf-8"))
        return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _test(built: Build, folder: Path, plus: list[str], log: Path, module: str) -> Path:
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


def _waveform(folder: Path, out: Path | None) -> Path | None:
    found = next((p for p in folder.iterdir() if p.suffix in (".vcd", ".fst")), None)
    if found is None or out is None:
        return None
    out.mkdir(parents=True, exist_ok=True)
    return Path(shutil.move(found, out / f"wave{found.suffix}"))


def _frames_of(plan: Plan, layer: int) -> list[int]:
    """Numbers of the EXEC frames of a layer in the program."""
    frames = enumerate(plan.infer.frames)
    return [i for i, frame in frames if isinstance(frame, Exec) and frame.layer == layer]


def _values(plan: Plan, outcome: Outcome) -> dict[str, IntArray]:
    """Sums and results of every layer [V, N], from what the ears heard."""
    tiles, vectors = plan.spec.tiles, len(outcome.outputs)
    found: dict[str, IntArray] = {}
    for i, layer in enumerate(plan.layers):
        heard = outcome.values[np.isin(outcome.values[:, 1], _frames_of(plan, i))]
        shape = (vectors, layer.mapping.stream, tiles)
        if len(heard) != vectors * layer.mapping.stream:
            raise TercetError(
                f"{layer.name}: the fabric wrote {len(heard)} values for {vectors} vectors, not"
                f" {layer.mapping.stream} for each"
            )
        results = heard[:, 2 : 2 + tiles].astype(np.int64).reshape(shape)
        sums = heard[:, 2 + tiles :].astype(np.int64).reshape(shape)
        found[layer.sum_name] = _ordered(layer, sums) + layer.bias
        found[layer.result_name] = _ordered(layer, results)
    return found


def _ordered(layer: LayerPlan, heard: npt.NDArray[np.int64]) -> IntArray:
    """Values [V, N] by channel, of those heard [V, value, tile]."""
    mapping = layer.mapping
    picked = np.take_along_axis(heard, mapping.sources[None], axis=2)
    by_channel = np.zeros((len(heard), mapping.outputs), np.int64)
    real = mapping.events >= 0
    by_channel[:, mapping.events[real]] = picked[:, real]
    return by_channel


def _layer_cycles(plan: Plan, outcome: Outcome) -> dict[str, IntArray]:
    vectors = len(outcome.outputs)
    found = {}
    for i, layer in enumerate(plan.layers):
        mine = outcome.frames[np.isin(outcome.frames[:, 1], _frames_of(plan, i))]
        found[layer.name] = np.bincount(mine[:, 0], mine[:, 2], vectors).astype(np.int64)
    return found
