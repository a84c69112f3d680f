"""Bad programs, bad moments: the fabric stops, says why, and the next program runs right."""

import pytest

from tercet.fabric.frame import ErrorCode
from tercet.fabric.spec import named
from tercet_cosim.sim.bad_programs import FABRIC, bad_programs
from tercet_cosim.sim.build import build
from tercet_cosim.sim.process import scenarios as run_scenarios
from tercet_cosim.sim.safety import scenarios


@pytest.fixture(scope="module")
def complaints() -> dict[str, str]:
    """What each scenario complained of, all run in one simulation."""
    return run_scenarios(build(named(FABRIC)))


@pytest.mark.parametrize("scenario", list(scenarios()))
def test_the_fabric_is_safe(complaints: dict[str, str], scenario: str) -> None:
    assert complaints[scenario] == ""


def test_every_error_code_is_provoked() -> None:
    assert {bad.code for bad in bad_programs()} == set(ErrorCode) - {ErrorCode.NONE}
