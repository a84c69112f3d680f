"""Bad input is one clear sentence on stderr, exit code 1 (2 for usage), and never a traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Tercet = Callable[..., Result]

HEAD = """
import torch
from brevitas.nn import QuantIdentity, QuantLinear, QuantReLU
from brevitas.quant import Uint8ActPerTensorFloat
from torch import nn

from tercet.frontends.quantizers import *


class Net(nn.Module):
    example = torch.zeros(1, 6)

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 4)
"""
UNSUPPORTED = HEAD + "\n    def forward(self, x):\n        return torch.fft.fft(self.fc(x)).real\n"
BROKEN = HEAD + "\n    def forward(self, x):\n        return self.fd(x)\n"


def sentence(result: Result, exit_code: int) -> str:
    """The one line that the command said, after where it was."""
    assert result.exit_code == exit_code, result.output
    assert "Traceback" not in result.output
    last = result.stderr.splitlines()[-1]
    assert last.startswith("tercet: ")
    return last.removeprefix("tercet: ")


@pytest.mark.parametrize("command", ["verify", "compile"])
@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("digits_mpl", "digits_mpl"),
        ("nowhere.py:Net", "nowhere.py"),
        ("net.onnx", "ONNX front end is not there yet"),
        ("no.such.package:net", "no.such.package"),
        ("broken.py:Net", "broken.py"),
        ("net.py:Other", "Other"),
        ("net.py:", "net.py"),
    ],
)
def test_a_model_that_cannot_be_had(
    tercet: Tercet, tmp_path: Path, command: str, model: str, words: str
) -> None:
    (tmp_path / "broken.py").write_text("def Net(:\n")
    (tmp_path / "net.py").write_text(UNSUPPORTED)
    result = tercet(command, model)
    assert result.exit_code in (1, 2)
    assert words in sentence(result, result.exit_code)
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize("text", [UNSUPPORTED, BROKEN], ids=["unsupported", "broken"])
def test_a_model_that_cannot_be_compiled(tercet: Tercet, tmp_path: Path, text: str) -> None:
    (tmp_path / "net.py").write_text(text)
    assert sentence(tercet("verify", "net.py:Net"), 1)
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize("fabric", ["smal", "T=3,L=20", "T=8,L=21", "T=many", "T=8,L=20,X=1", ""])
def test_a_fabric_that_cannot_be_built_is_a_usage_error(tercet: Tercet, fabric: str) -> None:
    said = sentence(tercet("verify", "digits_mlp", "--fabric", fabric), 2)
    assert said.startswith("fabric ")
    assert sentence(tercet("compile", "digits_mlp", "--fabric", fabric), 2) == said


def test_a_vector_that_does_not_exist_is_a_usage_error(tercet: Tercet) -> None:
    words = ["verify", "tfmbs_mlp", "--vectors", "3", "--only-vector", "5000"]
    assert "there is no vector 5000" in sentence(tercet(*words), 2)
