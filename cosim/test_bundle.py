"""The emitted fabric between the bus models of cocotbext-axi: whatever host and memory do."""

from functools import cache
from pathlib import Path

import pytest

from scenarios.bundle import scenarios
from scenarios.bundle.build import build
from scenarios.bundle.run import complaints
from scenarios.good_program import good

SEEDS = (1, 2)
"""Of what registers and memories hold at power-up."""


@cache
def built() -> Path:
    return build(good().plan)


@cache
def complained(seed: int) -> dict[str, str]:
    """What each scenario complained of, all run in one simulation."""
    return complaints(built(), seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scenario", list(scenarios.scenarios()))
def test_the_emitted_fabric_holds_its_word(seed: int, scenario: str) -> None:
    assert complained(seed)[scenario] == ""
