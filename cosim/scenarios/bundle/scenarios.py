"""Scenarios of what a host and a memory may do to the emitted fabric at any moment.

Each scenario is a function of the bench whose name is a sentence; all run in one simulation. A
scenario that fails is followed by a reset, so that the next one starts afresh.
"""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import cocotb

from scenarios.bundle import access, program_ends
from scenarios.bundle.bench import Bench

Scenario = Callable[[Bench], Awaitable[None]]
PAUSES = (0.0, 0.1, 0.3, 0.5, 0.7, 0.85)
"""The shares of handshakes that are held back."""


async def outputs_are_right_whatever_pauses(bench: Bench) -> None:
    for seed, share in enumerate(PAUSES):
        bench.pause(share, seed)
        await bench.runs_right()


_ALL: tuple[Scenario, ...] = (
    access.registers_have_their_reset_values_after_power_up,
    outputs_are_right_whatever_pauses,
    *access.SCENARIOS,
    *program_ends.SCENARIOS,
)


def scenarios() -> dict[str, Scenario]:
    """Every scenario by its name, in order; the first one checks the state after power-up."""
    return {each.__name__.replace("_", " "): each for each in _ALL}


@cocotb.test()
async def run_scenarios(dut: Any) -> None:
    """Run all scenarios; write the complaint of each."""
    bench, outcome = Bench(dut), {}
    await bench.begin()
    for name, scenario in scenarios().items():
        outcome[name] = await _complaint(bench, scenario)
    folder = Path(str(cocotb.plusargs["tercet_job"]))
    (folder / "outcome.json").write_text(json.dumps(outcome), encoding="utf-8")


async def _complaint(bench: Bench, scenario: Scenario) -> str:
    try:
        await scenario(bench)
        bench.pause(0)
        await bench.runs_right()
    except AssertionError as error:
        bench.pause(0)
        await bench.tick(1000)
        await bench.reset()
        return str(error) or repr(error)
    return ""
