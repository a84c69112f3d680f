"""Bad programs, bad moments: the fabric stops, says why, and the next program runs right."""

from functools import cache

import pytest

from tercet.fabric.frame import ErrorCode
from tercet.fabric.spec import named
from tercet_cosim.sim.bad_programs import FABRIC, bad_programs
from tercet_cosim.sim.build import build
from tercet_cosim.sim.process import scenarios as run_scenarios
from tercet_cosim.sim.safety import scenarios

SEEDS = (1, 2)
"""Of what registers and memories hold at power-up."""


@cache
def complained(seed: int) -> dict[str, str]:
    """What each scenario complained of, all run in one simulation."""
    return run_scenarios(build(named(FABRIC)), seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scenario", list(scenarios()))
def test_the_fabric_is_safe(seed: int, scenario: str) -> None:
    assert complained(seed)[scenario] == ""


def test_every_error_code_is_provoked() -> None:
    assert {bad.code for bad in bad_programs()} == set(ErrorCode) - {ErrorCode.NONE}
