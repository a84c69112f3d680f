"""The page about PyTorch names layers that exist."""

import re
from pathlib import Path

import brevitas.nn as qnn
import pytest
from torch import nn

PAGE = Path(__file__).parents[2] / "docs" / "pytorch.md"
ROWS = re.findall(r"^\| (`[A-Z][^|]*) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
NAMES = [name for row in ROWS for name in re.findall(r"`([A-Za-z0-9]+)`", row)]


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_on_the_page_exists(name: str) -> None:
    assert hasattr(nn, name) or hasattr(qnn, name)


def test_the_page_names_every_row_once() -> None:
    assert len(NAMES) == len(set(NAMES)) > 60
