"""Bad input is one clear sentence on stderr, exit code 1 (2 for usage), and never a traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Tercet = Callable[..., Result]

NETS = """
import brevitas.nn as qnn
import torch
from torch import nn

from tercet.quantizers import PixelInput, TernaryWeight


class Net(nn.Module):
    size = (6, 4)

    def __init__(self):
        super().__init__()
        self.pixels = qnn.QuantIdentity(act_quant=PixelInput)
        self.fc = qnn.QuantLinear(*self.size, bias=False, weight_quant=TernaryWeight)

    def example(self):
        return torch.rand(1, self.size[0])

    def forward(self, x):
        return self.fc(self.pixels(x))


class Huge(Net):
    size = (4000, 3000)


class Nan(Net):
    def __init__(self):
        super().__init__()
        with torch.no_grad():
            self.fc.weight[2, 3] = float("nan")


class Fourier(Net):
    def forward(self, x):
        return torch.fft.fft(super().forward(x)).real


class Soft(Net):
    def __init__(self):
        super().__init__()
        self.soft = nn.Softmax(-1)
        self.codes, self.shares = qnn.QuantIdentity(), qnn.QuantReLU()

    def forward(self, x):
        return self.shares(self.soft(self.codes(super().forward(x))))


class Floats(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 4)

    def forward(self, x):
        return self.fc(x)


class Raises(Net):
    def forward(self, x):
        return self.nothing(x)
"""


@pytest.fixture(autouse=True)
def nets(tmp_path: Path) -> None:
    """Networks of a user, all but `Net` with something wrong."""
    (tmp_path / "nets.py").write_text(NETS)
    (tmp_path / "broken.py").write_text("def Net(:\n")


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
        ("net.onnx", "net.onnx: no such file"),
        ("no.such.package:net", "no.such.package"),
        ("broken.py:Net", "broken.py"),
        ("nets.py:Other", "Other"),
        ("nets.py:", "nets.py"),
    ],
)
def test_a_model_that_cannot_be_had(
    tercet: Tercet, tmp_path: Path, command: str, model: str, words: str
) -> None:
    result = tercet(command, model)
    assert result.exit_code in (1, 2)
    assert words in sentence(result, result.exit_code)
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Fourier", "fft_fft is not supported"),
        ("Nan", "fc: weight[2, 3] is nan"),
        ("Huge", "choose a larger fabric"),
        ("Floats", "fc: its weights are floats"),
        ("Raises", "the model fails on its example input"),
    ],
)
def test_a_model_that_cannot_be_signed_off(
    tercet: Tercet, tmp_path: Path, name: str, words: str
) -> None:
    assert words in sentence(tercet("verify", f"nets.py:{name}"), 1)
    assert not (tmp_path / "build").exists()


def test_a_model_with_an_operator_that_the_fabric_lacks_is_signed_off_without_it(
    tercet: Tercet,
) -> None:
    done = tercet("verify", "nets.py:Soft", "--vectors", "2")
    assert done.exit_code == 0, done.output
    said = " ".join(done.stdout.split())
    assert "the target fabric refuses this network" in said
    assert "soft: is softmax" in said


def test_the_same_model_with_nothing_wrong_is_compiled(tercet: Tercet) -> None:
    assert tercet("compile", "nets.py:Net").exit_code == 0


@pytest.mark.parametrize("fabric", ["smal", "T=3,L=20", "T=8,L=21", "T=many", "T=8,L=20,X=1", ""])
def test_a_fabric_that_cannot_be_built_is_a_usage_error(tercet: Tercet, fabric: str) -> None:
    said = sentence(tercet("verify", "digits_mlp", "--fabric", fabric), 2)
    assert said.startswith("fabric ")
    assert sentence(tercet("compile", "digits_mlp", "--fabric", fabric), 2) == said


def test_a_vector_that_does_not_exist_is_a_usage_error(tercet: Tercet) -> None:
    words = ["verify", "tfmbs_mlp", "--vectors", "3", "--only-vector", "5000"]
    assert "there is no vector 5000" in sentence(tercet(*words), 2)
