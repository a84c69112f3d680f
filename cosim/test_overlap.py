"""Two inputs in one program: the second is loaded while the first is computed and stored."""

from dataclasses import replace

import numpy as np
import pytest

from draw.networks.dense import inputs, network, requantized
from tercet.ir.types import UI8
from tercet.targets.fabric.format.frame import FRAME_BYTES, Exec, Frame, Load, Store
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.plan import Bytes, Plan, Program
from tercet.targets.fabric.tiles.grid import up
from tercet_cosim.bench.process import execute
from tercet_cosim.build.build import build
from tercet_cosim.run import Memory, job_of
from tercet_golden import cycles, integer
from tercet_golden.cycles import Machine
from tercet_golden.cycles.predict import DOORBELL

FABRIC = "T=2,L=5,ACC_W=20,bank_a_depth=512,bank_b_depth=1024,param_depth=512,out_depth=64"


def both(plan: Plan) -> tuple[Plan, int]:
    """The plan with a program for two inputs, one behind the other, and the bytes between them.

    The second LOAD starts when the first layer has read its inputs; bank C is written again when
    the first result is stored.
    """
    load, first, second, store = plan.infer.frames
    assert isinstance(load, Load)
    assert isinstance(first, Exec)
    assert isinstance(second, Exec)
    assert isinstance(store, Store)
    step = up(max(plan.input_bytes, plan.output_bytes), FRAME_BYTES)
    memory = plan.window[1]
    frames: tuple[Frame, ...] = (
        replace(load, address=memory),
        first,
        replace(load, address=memory + step, wait_exec=1),
        second,
        replace(store, address=memory + 2 * step, wait_exec=2, last=0),
        replace(first, wait_load=2),
        replace(second, wait_store=1),
        replace(store, address=memory + 3 * step, wait_exec=4),
    )
    program = Program(memory + 4 * step, frames)
    return replace(plan, infer=program, window=(plan.window[0], memory + (1 << 14))), step


def predicted(plan: Plan, program: Program, memory: Bytes, latency: int) -> int:
    """Doorbell to irq of the program of two inputs."""
    machine, memory = Machine(plan.spec), memory.copy()
    machine.run(plan.setup.address, plan.setup.frames, memory, latency)
    return machine.run(program.address, program.frames, memory, latency).cycles + DOORBELL


@pytest.mark.parametrize("turn", range(4))
def test_the_next_input_is_loaded_while_this_one_runs(turn: int, rng: np.random.Generator) -> None:
    latency = (1, 4, 10, 30)[turn]
    widths = (int(rng.integers(100, 200)), 5 + turn, int(rng.integers(20, 60)))
    module = network(rng, widths, (requantized(UI8), None))
    plan, spec = make(module, named(FABRIC)), named(FABRIC)
    x = inputs(rng, module, 6, 0)[[3, 4]]
    values = integer.run(module, x)
    pair, step = both(plan)

    job = job_of(pair, x, memory=Memory(latency))
    memory, at = job.memory, plan.window[1]
    for n, row in enumerate(job.inputs):
        memory[at + n * step : at + n * step + len(row)] = row
    once = replace(
        job,
        inputs=job.inputs[:1],
        input_address=at,
        output_address=at + 2 * step,
        output_bytes=2 * step,
    )
    outcome, _ = execute(build(spec), once)
    assert outcome.error == ""
    found = outcome.outputs.reshape(2, step)[:, : plan.output_bytes]
    for name, output in plan.unpack(found).items():
        np.testing.assert_array_equal(output, values[name].reshape(output.shape))
    assert outcome.latency.tolist() == [predicted(plan, pair.infer, memory, latency)]
    alone = cycles.predict(plan, x, latency=latency).cycles
    assert outcome.latency[0] < alone.sum(), "nothing overlaps"
