"""What a test file has loaded is not searched for garbage again and again in the next ones.

Torch, Brevitas and numba bring some million objects; without this a fifth of the time of a test
that captures a network goes into the collector.
"""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def settled() -> Iterator[None]:
    """Before and after a file, what is alive stays so."""
    _settle()
    yield
    _settle()


def _settle() -> None:
    gc.collect()
    gc.freeze()
