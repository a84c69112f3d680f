"""How many structures are planned."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "plan every structure of tests/matrix on every fabric"
    parser.addoption("--planned", action="store_true", help=told)
