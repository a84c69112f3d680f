"""How many structures are planned."""

import pytest
from tests.matrix.structures import structures


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "plan every structure of tests/matrix on every fabric"
    parser.addoption("--planned", action="store_true", help=told)


def every_structure(config: pytest.Config) -> bool:
    return bool(config.getoption("--planned", False))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of a `structure` runs for the SAMPLE of its file, or for all of them."""
    if "structure" in metafunc.fixturenames:
        every, sample = every_structure(metafunc.config), metafunc.module.SAMPLE
        found = [one for one in structures() if every or one.name in sample]
        assert every or len(found) == len(sample)
        metafunc.parametrize("structure", found, ids=lambda one: one.name)
