"""Bad programs, bad moments: the fabric stops, says why, and the next program runs right."""

from functools import cache

import pytest

from scenarios.bad_programs import FABRIC, bad_programs
from scenarios.safety import scenarios
from tercet.targets.fabric.format.frame import ErrorCode
from tercet.targets.fabric.format.spec import named
from tercet_cosim.bench.process import scenarios as run_scenarios
from tercet_cosim.build.build import build

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
