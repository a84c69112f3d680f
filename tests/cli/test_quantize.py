"""`tercet quantize`: what it prints and writes, and that other commands take it."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.frontends.test_ptq import NETWORKS, digits, silent, trained
from torch import nn
from typer.testing import Result

from tercet import frontends, passes
from tercet.cli import quantized
from tercet.frontends.model import Model
from tercet.frontends.ptq import api as ptq
from tercet.ir.boundary import exits_of, quantize_inputs
from tercet.ir.evaluate import evaluate
from tercet.ir.module import outputs_of

Tercet = Callable[..., Result]

NETS = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.fc1, self.act, self.fc2 = nn.Linear(6, 9), nn.ReLU(), nn.Linear(9, 4)

    def example(self):
        return torch.rand(20, 6, generator=torch.Generator().manual_seed(2))

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class Alone(Net):
    def example(self):
        return torch.rand(1, 6)
"""


@pytest.fixture(autouse=True)
def nets(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text(NETS)


def test_a_float_network_becomes_two_files_that_can_be_compiled(
    tercet: Tercet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    result = tercet("quantize", "nets.py:Net", "--out", "q", "--weights", "int8")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "q").iterdir()) == [
        "Net_int8.npz",
        "Net_int8.py",
    ]
    assert "calibrated on 20 inputs" in result.stdout
    assert "accuracy" not in result.stdout
    assert "next: tercet check q/Net_int8.py:build" in result.stdout
    compiled = tercet("compile", "q/Net_int8.py:build", "--target", "c", "--out", "c")
    assert compiled.exit_code == 0, compiled.output


def test_accuracy_is_told_before_and_after_where_labels_are_given(
    tercet: Tercet, tmp_path: Path
) -> None:
    x = np.random.default_rng(3).random((50, 6), np.float32)
    model: Any = frontends.resolve("nets.py:Net").module
    y = model(torch.from_numpy(x)).argmax(1).numpy()
    np.savez(tmp_path / "data.npz", x=x, y=y)
    words = ["quantize", "nets.py:Net", "--out", "q", "--calibration", "data.npz"]
    said = tercet(*words, "--weights", "int8").stdout
    found = re.search(r"accuracy: (\S+) % before, (\S+) % after, on 50 inputs", said)
    assert found is not None, said
    assert found[1] == "100"
    assert 80 <= float(found[2]) <= 100
    np.save(tmp_path / "y.npy", (y + 1) % 4)
    assert "accuracy: 0 % before" in tercet(*words, "--labels", "y.npy").stdout


def test_the_real_inputs_go_with_the_network(tercet: Tercet, tmp_path: Path) -> None:
    tercet("quantize", "nets.py:Net", "--out", "q")
    (samples,) = frontends.resolve("q/Net_ternary.py:build").samples
    assert samples.shape == (20, 6)
    assert 0 < samples.min() < samples.max() < 1


@pytest.mark.parametrize("number", range(len(NETWORKS)))
def test_what_is_written_computes_what_was_quantized(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibration, held_out = digits()
    model = trained(NETWORKS[number], 1)
    samples = calibration.x.double().numpy()
    named = Model("net", model, (calibration.x[:1],), (samples,))
    monkeypatch.setattr(frontends, "resolve", lambda spec: named)
    done = quantized.quantized("net", tmp_path, "int4", None, None, Silent())
    monkeypatch.undo()
    again: Any = frontends.resolve(f"{done.files[0]}:build").module
    live = ptq.quantize(model, ptq.Data(calibration.x, None), "int4", silent).module
    with torch.no_grad():
        want, got = live(held_out.x), again(held_out.x)
    assert torch.equal(want, got)
    assert len(torch.unique(want)) > 50


@pytest.mark.parametrize("number", range(len(NETWORKS)))
@pytest.mark.parametrize("weights", ["ternary", "int8"])
def test_the_integer_network_is_what_was_quantized(number: int, weights: str) -> None:
    calibration, held_out = digits()
    given = ptq.Data(calibration.x, None)
    module = ptq.quantize(trained(NETWORKS[number], 1), given, weights, silent).module
    x = held_out.x.double()
    network = passes.run(frontends.load(module, held_out.x[:1]))
    values = evaluate(network, *quantize_inputs(network, x.numpy()))
    (got,), (last,) = [values[value] for value in outputs_of(network)], exits_of(network)
    assert last is not None
    with torch.no_grad():
        real = module.double()(x).numpy()
    np.testing.assert_array_equal(np.rint((real - last.offset) / last.factor), got)
    assert len(np.unique(got)) > 50


class Silent:
    """A watch that nobody reads."""

    def stage(self, name: str) -> None:
        """Nothing."""

    def progress(self, done: int, total: int) -> None:
        """Nothing."""


def sentence(result: Result, exit_code: int) -> str:
    assert result.exit_code == exit_code, result.output
    assert "Traceback" not in result.output
    return result.stderr.splitlines()[-1].removeprefix("tercet: ")


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (["nets.py:Net", "--weights", "int3"], 2, "there are ternary, int4, int8"),
        (["nets.py:Alone"], 1, "1 inputs to calibrate on"),
        (["digits_mlp"], 1, "quantized already"),
        (["nets.py:Net", "--calibration", "none.npz"], 1, "cannot read none.npz"),
    ],
)
def test_what_cannot_be_quantized_is_one_sentence(
    tercet: Tercet, tmp_path: Path, words: list[str], exit_code: int, said: str
) -> None:
    assert said in sentence(tercet("quantize", *words, "--out", "q"), exit_code)
    assert not (tmp_path / "q").exists()


def test_an_onnx_file_is_refused_with_the_way_out(tercet: Tercet, tmp_path: Path) -> None:
    torch.onnx.export(nn.Linear(6, 4), (torch.rand(1, 6),), tmp_path / "net.onnx", dynamo=False)
    said = sentence(tercet("quantize", "net.onnx", "--out", "q"), 1)
    assert "takes torch modules" in said
    assert "quantize_static" in said


def test_a_folder_to_write_to_is_needed(tercet: Tercet) -> None:
    assert tercet("quantize", "nets.py:Net").exit_code == 2
