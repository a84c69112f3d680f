"""Weights of the matrix depend on nothing but the test; how many random graphs there are."""

import pytest
import torch

GRAPHS = 48


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--graphs", type=int, default=GRAPHS, help="random graphs of tests/matrix")


@pytest.fixture(autouse=True)
def seed(request: pytest.FixtureRequest) -> None:
    torch.manual_seed(sum(request.node.nodeid.encode()))


@pytest.fixture
def graphs(request: pytest.FixtureRequest) -> int:
    """Known even where this file was read too late for its option."""
    return int(request.config.getoption("--graphs", GRAPHS))
