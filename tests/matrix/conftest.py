"""Weights of the matrix depend on nothing but the test."""

import pytest
import torch


@pytest.fixture(autouse=True)
def seed(request: pytest.FixtureRequest) -> None:
    torch.manual_seed(sum(request.node.nodeid.encode()))
