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
from tercet.cli import quantized_model
from tercet.frontends import with_samples
from tercet.frontends.model import Model
from tercet.frontends.ptq import api as ptq
from tercet.ir.evaluate import evaluate
from tercet.ir.host.boundary import exits_of, quantize_inputs
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


def test_a_float_network_becomes_three_files_that_can_be_compiled(
    tercet: Tercet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    result = tercet("quantize", "nets.py:Net", "--out", "q", "--weights", "int8")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "q").iterdir()) == [
        "nets_int8.npz",
        "nets_int8.py",
        "nets_int8_samples.npz",
    ]
    assert "calibrated on 20 inputs of example()" in result.stdout
    assert "accuracy" not in result.stdout
    assert "next: tercet check q/nets_int8.py:build" in result.stdout
    compiled = tercet("compile", "q/nets_int8.py:build", "--target", "c", "--out", "c")
    assert compiled.exit_code == 0, compiled.output


def data(folder: Path, name: str, count: int) -> Path:
    """Inputs of `Net` and the classes that it gives them."""
    x = np.random.default_rng(count).random((count, 6), np.float32)
    model: Any = frontends.resolve("nets.py:Net").module
    np.savez(folder / name, x=x, y=model(torch.from_numpy(x)).argmax(1).numpy())
    return folder / name


QUANTIZE = ("quantize", "nets.py:Net", "--out", "q", "--weights", "int8")


def test_accuracy_is_measured_on_inputs_that_were_held_out(tercet: Tercet, tmp_path: Path) -> None:
    data(tmp_path, "data.npz", 50)
    said = tercet(*QUANTIZE, "--samples", "data.npz").stdout
    found = re.search(
        r"accuracy: (\S+) % before, (\S+) % after, on 10 inputs held out of the calibration", said
    )
    assert found is not None, said
    assert "calibrated on 40 inputs of data.npz" in said
    assert found[1] == "100"
    assert 80 <= float(found[2]) <= 100


def test_the_inputs_that_were_measured_on_go_with_the_network(
    tercet: Tercet, tmp_path: Path
) -> None:
    given = data(tmp_path, "samples.npz", 50)
    tercet(*QUANTIZE)
    with np.load(given) as all_:
        rows = {row.tobytes(): int(y) for row, y in zip(all_["x"], all_["y"], strict=True)}
    model = with_samples(frontends.resolve("q/nets_int8.py:build"), None)
    assert model.source == "q/nets_int8_samples.npz"
    kept = model.samples[0].astype(np.float32)
    assert [rows[row.tobytes()] for row in kept] == list(model.labels)
    assert len({row.tobytes() for row in kept}) == 10
    (example,) = model.example
    assert example.numpy().tobytes() not in {row.tobytes() for row in kept}


def test_accuracy_is_measured_on_the_inputs_of_a_test_file(tercet: Tercet, tmp_path: Path) -> None:
    data(tmp_path, "data.npz", 50)
    test = data(tmp_path, "test.npz", 30)
    words = (*QUANTIZE, "--samples", "data.npz", "--test", "test.npz")
    said = tercet(*words).stdout
    assert "calibrated on 50 inputs of data.npz" in said
    assert "on 30 inputs of test.npz" in said
    with np.load(test) as given:
        x, y = given["x"], given["y"]
    kept = with_samples(frontends.resolve("q/nets_int8.py:build"), None)
    np.testing.assert_array_equal(kept.samples[0], x)
    np.savez(test, x=x, y=(y + 1) % 4)
    assert "accuracy: 0 % before" in tercet(*words).stdout
    np.savez(test, x=x)
    assert "test.npz: has no classes y" in sentence(tercet(*words), 1)
    np.savez(test, x=x, y=y + 4)
    assert "the labels hold the class" in sentence(tercet(*words), 1)


def test_few_inputs_are_measured_on_themselves_and_that_is_said(
    tercet: Tercet, tmp_path: Path
) -> None:
    data(tmp_path, "data.npz", 39)
    said = tercet(*QUANTIZE, "--calibration", "data.npz").stdout
    assert "calibrated on 39 inputs" in said
    assert "on the same 39 inputs; give others by --test to learn more" in said


def test_classes_may_lie_in_a_file_of_their_own(tercet: Tercet, tmp_path: Path) -> None:
    with np.load(data(tmp_path, "data.npz", 50)) as given:
        np.save(tmp_path / "x.npy", given["x"])
        np.save(tmp_path / "y.npy", (given["y"] + 1) % 4)
    words = (*QUANTIZE, "--samples", "x.npy", "--labels", "y.npy")
    assert "accuracy: 0 % before" in tercet(*words).stdout
    np.save(tmp_path / "y.npy", np.arange(7))
    assert "wanted one whole number, the class, for each of the 50" in sentence(tercet(*words), 1)


def test_bytes_for_a_network_of_0_to_1_are_told(tercet: Tercet, tmp_path: Path) -> None:
    given = data(tmp_path, "data.npz", 50)
    with np.load(given) as arrays:
        x, y = arrays["x"], arrays["y"]
    assert "!" not in tercet(*QUANTIZE, "--samples", "data.npz").stdout
    np.savez(given, x=(255 * x).astype(np.uint8), y=y)
    said = tercet(*QUANTIZE, "--samples", "data.npz").stdout
    assert re.search(r"! x: \d+ % of the samples' elements lie far outside 0\.\d+ to 0", said), said
    assert "the model's example()" in said
    np.savez(tmp_path / "test.npz", x=x / 100, y=y)
    words = (*QUANTIZE, "--samples", "test.npz", "--test", "data.npz")
    assert "! test: " in tercet(*words).stdout


def test_the_inputs_it_was_calibrated_on_go_with_a_network_without_classes(
    tercet: Tercet,
) -> None:
    tercet("quantize", "nets.py:Net", "--out", "q")
    model = with_samples(frontends.resolve("q/nets_ternary.py:build"), None)
    (samples,) = model.samples
    assert samples.shape == (20, 6)
    assert 0 < samples.min() < samples.max() < 1
    assert (model.origin, model.labels) == ("real", ())


@pytest.mark.parametrize("number", range(len(NETWORKS)))
def test_what_is_written_computes_what_was_quantized(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibration, held_out = digits()
    model = trained(NETWORKS[number], 1)
    samples = calibration.x.double().numpy()
    named = Model("net", model, (calibration.x[:1],), (samples,))
    monkeypatch.setattr(frontends, "resolve", lambda spec: named)
    done = quantized_model.quantized(quantized_model.Asked("net", tmp_path, "int4"), Silent())
    monkeypatch.undo()
    again: Any = frontends.resolve(f"{done.files[0]}:build").module
    live = ptq.quantize(model, ptq.Data(calibration.x, None), "int4", silent).module
    with torch.no_grad():
        want, got = live(held_out.x), again(held_out.x)
    assert torch.equal(want, got)
    assert len(torch.unique(want)) > 50


@pytest.mark.corners
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
        (["nets.py:Net", "--samples", "none.npz"], 1, "cannot read none.npz"),
        (["nets.py:Net", "--test", "none.npz"], 1, "cannot read none.npz"),
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
