"""Simulated cycles a processor second: cocotb's run against a bare C++ main of the same RTL."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.figures import Figures
from tercet import assets, frontends, passes
from tercet.ir.types import IntArray
from tercet.targets.fabric.format import registers as reg
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.plan import Plan
from tercet_cosim.bench import counters, process
from tercet_cosim.build import build, overlay, sources
from tercet_cosim.run import job_of
from tercet_golden.vectors import make as vectors

MODEL, FABRIC = "digits_mlp", "small"
VECTORS, REPEATS, SEED = 2000, 5, 1
TARGET = 0.5


@dataclass(frozen=True)
class Speed:
    """One run."""

    cycles: int
    seconds: float
    output: int
    """Sum over all output bytes: what ran must have been the same."""

    @property
    def rate(self) -> float:
        return self.cycles / self.seconds


def run() -> Figures:
    model = frontends.resolve(MODEL)
    module = passes.run(frontends.load(model.module, model.example))
    plan = make(module, named(FABRIC))
    drawn = vectors(module, model.samples, VECTORS, SEED).x
    x = np.resize(drawn.reshape(len(drawn), -1), (VECTORS, drawn[0].size))
    program = _build(plan)
    pairs = [(_cocotb(plan, x), _bare(program, plan, x)) for _ in range(REPEATS)]
    for ours, bare in pairs:
        assert ours.output == bare.output, "the two ran different things"
    ratio = median(ours.rate / bare.rate for ours, bare in pairs)
    rows = tuple(
        (
            str(i + 1),
            f"{ours.cycles:,}",
            f"{ours.rate / 1e6:.2f} M",
            f"{bare.cycles:,}",
            f"{bare.rate / 1e6:.2f} M",
            f"{ours.rate / bare.rate:.2f}",
        )
        for i, (ours, bare) in enumerate(pairs)
    )
    return Figures(
        f"Simulation: {MODEL} on {FABRIC}, {VECTORS:,} vectors",
        ("run", "cocotb: cycles", "a second", "bare C++: cycles", "a second", "ratio"),
        rows,
        (
            f"Median ratio {ratio:.2f}, target {TARGET} or more. Processor seconds; assertions are"
            " on in both; the runs take turns; both read every telemetry register after every"
            " vector.",
        ),
    )


def _cocotb(plan: Plan, x: IntArray) -> Speed:
    found, _ = process.execute(build.build(plan.spec), job_of(plan, x), None)
    assert not found.error, found.error
    return Speed(found.simulated, found.seconds, int(found.outputs.sum()))


def _bare(program: Path, plan: Plan, x: IntArray) -> Speed:
    with tempfile.NamedTemporaryFile() as file:
        file.write(_job(plan, x))
        file.flush()
        done = subprocess.run([program, file.name], capture_output=True, text=True, check=True)
    cycles, seconds, output = done.stdout.split()
    return Speed(int(cycles), float(seconds), int(output))


def _job(plan: Plan, x: IntArray) -> bytes:
    """Words, addresses of the counters, memory and inputs, as bare.cpp reads them."""
    job, spec = job_of(plan, x), plan.spec
    addresses = [
        address + 4 * half
        for _, address, bits in counters.registers_of(spec.tiles, spec.lanes, spec.telemetry)
        for half in range(bits // 32)
    ]
    words = [
        *(len(job.memory), *job.window, *job.setup, *job.infer, job.input_address),
        *(job.inputs.shape[1], job.output_address, job.output_bytes, len(x), job.latency),
        *(reg.WINDOW_BASE.address, reg.WINDOW_LIMIT.address, reg.CONTROL.address),
        *(reg.PROGRAM_ADDRESS.address, reg.PROGRAM_LENGTH.address, reg.IRQ_STATUS.address),
        *(reg.STATUS.address, reg.CONTROL_IRQ_ENABLE.mask, reg.CONTROL_START.mask),
        *(reg.CONTROL_CLEAR_TELEMETRY.mask, reg.IRQ_STATUS_DONE.mask, len(addresses)),
    ]
    head = np.array(words, "<u8").tobytes() + np.array(addresses, "<u4").tobytes()
    return head + job.memory.tobytes() + job.inputs.tobytes()


def _build(plan: Plan) -> Path:
    """The bare program, made anew: the same flags, but no VPI and nothing public."""
    build.use_overlay()
    folder = assets.build_root() / "bench" / f"bare-{FABRIC}"
    folder.mkdir(parents=True, exist_ok=True)
    verilog = [p for p in (*sources.rtl(), *sources.testbench()) if p.suffix == ".sv"]
    wrapper = Path(build.__file__).with_name("objcache.py")
    command: list[str | Path] = [
        *(overlay.root() / "bin" / "verilator", "--cc", "--exe", "-Mdir", folder),
        *("--top-module", build.TOP, "--prefix", "Vtop", "-o", "bare", *build.FLAGS),
        *("--timescale", "1ns/1ps", f"-I{assets.ROOT / 'rtl'}"),
        *(f"-G{name}={value}" for name, value in plan.spec.parameters.items()),
        *(*verilog, sources.native(), Path(__file__).with_name("bare.cpp")),
    ]
    objects = f"OBJCACHE={sys.executable} {wrapper}"
    compiled: list[str | Path] = ["make", "-C", folder, "-f", "Vtop.mk", *build.OPTIMIZE, objects]
    for step in (command, compiled):
        subprocess.run(step, check=True, capture_output=True)
    return folder / "bare"
