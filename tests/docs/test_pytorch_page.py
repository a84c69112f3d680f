"""The page about PyTorch names layers and quantizers that exist, and its network is taken."""

import re
from contextlib import chdir
from pathlib import Path

import brevitas.nn as qnn
import numpy
import pytest
from torch import nn
from typer.testing import CliRunner

from tercet import frontends, quantizers
from tercet.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "pytorch.md"
TEXT, _, REST = PAGE.read_text(encoding="utf-8").partition("## Quantizers")
ROWS = re.findall(r"^\| (`[A-Z][^|]*) \|", TEXT, re.MULTILINE)
NAMES = [name for row in ROWS for name in re.findall(r"`([A-Za-z0-9]+)`", row)]


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_on_the_page_exists(name: str) -> None:
    assert hasattr(nn, name) or hasattr(qnn, name)


def test_the_page_names_every_row_once() -> None:
    assert len(NAMES) == len(set(NAMES)) > 60


def test_the_page_says_what_each_quantizer_of_ours_does() -> None:
    ours = {name for name, value in vars(quantizers).items() if is_ours(value)}
    assert set(re.findall(r"^\| `([A-Z]\w+)` \|", REST, re.MULTILINE)) == ours


def is_ours(value: object) -> bool:
    return isinstance(value, type) and value.__module__ == quantizers.__name__


def test_the_network_on_the_page_is_taken_and_runs_on_the_fabric(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(import brevitas.*?)```", REST, re.DOTALL)
    (tmp_path / "net.py").write_text(code)
    done = CliRunner().invoke(app, ["check", f"{tmp_path}/net.py:Net"])
    assert done.exit_code == 0, done.output
    assert "All of it runs on the fabric small." in done.stdout
    assert "ternary" in done.stdout


def test_the_page_says_where_samples_are_found(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(numpy.savez.*?)```", REST, re.DOTALL)
    names = {"numpy": numpy, "images": numpy.zeros((3, 4)), "classes": numpy.arange(3)}
    with chdir(tmp_path):
        exec(code, names)
    (tmp_path / "net.py").write_text("from torch import nn\nnet = nn.Linear(4, 3)\n")
    found = frontends.with_samples(frontends.resolve(f"{tmp_path}/net.py:net"), None)
    assert found.source == f"{tmp_path}/samples.npz"
    assert found.labels == (0, 1, 2)
