"""`tercet check`: what it prints, the JSON, the page, and how it ends."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from tercet.check.codec import decode

Tercet = Callable[..., Result]

NETS = """
import brevitas.nn as qnn
import torch
from torch import nn

from tercet.quantizers import PixelInput, TernaryWeight, UnsignedAct


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.pixels = qnn.QuantIdentity(act_quant=PixelInput)
        self.fc1 = qnn.QuantLinear(6, 8, bias=True, weight_quant=TernaryWeight)
        self.relu = qnn.QuantReLU(act_quant=UnsignedAct)
        self.fc2 = qnn.QuantLinear(8, 4, bias=False, weight_quant=TernaryWeight)
        nn.Module.eval(self)
        Net.forward(self, torch.rand(2, 6))  # finds the scales

    def forward(self, x):
        return self.fc2(self.relu(self.fc1(self.pixels(x))))


class Other(Net):
    def __init__(self):
        super().__init__()
        with torch.no_grad():
            self.fc2.weight[1, 2] = -9 if self.fc2.quant_weight().int()[1, 2] > 0 else 9


class Real(Net):
    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(self.pixels(x))))


class Floats(nn.Module):
    def __init__(self):
        super().__init__()
        self.pixels, self.act = qnn.QuantIdentity(), qnn.QuantReLU()
        self.fc1, self.fc2 = nn.Linear(6, 8), nn.Linear(8, 4)
        self.other = nn.Linear(8, 5)

    def forward(self, x):
        x = self.act(self.fc1(self.pixels(x)))
        return self.fc2(x), torch.sinc(self.other(x))


class States(Floats):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTM(8, 3)


class Fourier(Net):
    def forward(self, x):
        return torch.fft.fft(super().forward(x)).real
"""


@pytest.fixture(autouse=True)
def nets(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text(NETS)


def test_a_network_is_shown_layer_by_layer(tercet: Tercet) -> None:
    result = tercet("check", "nets.py:Net")
    assert result.exit_code == 0, result.output
    for words in ("fc1", "linear", "requantize", "48 ternary", "8 proven", "check: pass"):
        assert words in result.stdout
    assert "All of it runs on the fabric small." in result.stdout


def test_json_is_the_check_and_nothing_else(tercet: Tercet) -> None:
    result = tercet("check", "nets.py:Net", "--json", "--fabric", "T=8,L=20")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert decode(result.stdout).model == found["model"]
    assert (found["version"], found["verdict"]) == (1, "pass")
    fabric = found["fabric"]
    assert (fabric["name"], fabric["takes"], fabric["reason"]) == ("T=8,L=20", True, "")
    assert [layer["name"] for layer in fabric["layers"]] == ["fc1", "fc2"]
    assert fabric["search"] == []
    assert [s["operator"] for s in found["steps"]][:4] == [
        "input",
        "linear",
        "requantize",
        "linear",
    ]


def test_the_grids_that_were_weighed_are_told_on_request(tercet: Tercet, tmp_path: Path) -> None:
    result = tercet("check", "nets.py:Net", "--explain", "--html", "c.html")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("✓ chosen") == 2
    assert "How the tiles were shared" in Page((tmp_path / "c.html").read_text("utf-8")).text
    fabric = json.loads(tercet("check", "nets.py:Net", "--explain", "--json").stdout)["fabric"]
    for layer, choice in zip(fabric["layers"], fabric["search"], strict=True):
        assert layer["name"] == choice["step"]
        (chosen,) = [trial for trial in choice["trials"] if trial["chosen"]]
        assert chosen["grid"] == layer["grid"]
        assert chosen["exact"] == min(x["exact"] for x in choice["trials"] if x["exact"])


def test_samples_are_held_to_the_input_and_one_beside_the_model_is_found(
    tercet: Tercet, tmp_path: Path
) -> None:
    x = np.random.default_rng(1).random((30, 6))
    assert json.loads(tercet("check", "nets.py:Net", "--json").stdout)["samples"] is None
    np.savez(tmp_path / "samples.npz", x=x)
    found = tercet("check", "nets.py:Net")
    assert "samples: 30 of samples.npz" in found.stdout
    assert "!" not in found.stdout
    np.savez(tmp_path / "bytes.npz", x=(255 * x).astype(np.uint8))
    words = ("check", "nets.py:Net", "--samples", "bytes.npz")
    told = tercet(*words, "--html", "c.html")
    assert told.exit_code == 0
    assert "far outside 0 to 1, the range of the input's quantizer" in told.stdout
    assert "far outside 0 to 1" in Page((tmp_path / "c.html").read_text("utf-8")).text
    samples = json.loads(tercet(*words, "--json").stdout)["samples"]
    assert (samples["source"], samples["count"], len(samples["warnings"])) == ("bytes.npz", 30, 1)
    np.savez(tmp_path / "bytes.npz", x=x[:, :5])
    assert tercet(*words).stderr.endswith("rows of shape (5,); the model's input wants (6,)\n")


class Page(HTMLParser):
    """Collects what a page shows and what it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.fetched = "", list[str]()
        self.feed(text)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_shows_the_same_and_fetches_nothing(tercet: Tercet, tmp_path: Path) -> None:
    result = tercet("check", "nets.py:Net", "--html", "out/c.html", "--against", "nets.py:Other")
    assert result.exit_code == 1
    page = Page((tmp_path / "out/c.html").read_text(encoding="utf-8"))
    for words in ("nets.py:Net", "fc1", "requantize", "48 ternary", "1 differ", "What to change"):
        assert words in page.text
    assert page.fetched == []
    assert "written: out/c.html" in result.stdout


def test_weights_that_differ_from_those_of_another_form_fail(tercet: Tercet) -> None:
    same = tercet("check", "nets.py:Net", "--against", "nets.py:Net")
    assert same.exit_code == 0, same.output
    assert "equal" in same.stdout
    result = tercet("check", "nets.py:Net", "--against", "nets.py:Other")
    assert result.exit_code == 1
    assert "fc2: 1 of its weights differ from those of fc2 in nets.py:Other" in result.stdout
    assert "the first at [1, 2]" in result.stdout


@pytest.mark.parametrize(
    ("name", "layer", "words"),
    [("Real", "fc2", "put a QuantIdentity"), ("Fourier", "", "fft")],
)
def test_what_cannot_be_built_is_a_problem_with_the_change_to_make(
    tercet: Tercet, name: str, layer: str, words: str
) -> None:
    result = tercet("check", f"nets.py:{name}")
    assert result.exit_code == 1
    assert words in result.stdout
    assert "check: fail" in result.stdout
    assert "Traceback" not in result.output
    (problem,) = json.loads(tercet("check", f"nets.py:{name}", "--json").stdout)["problems"]
    assert words in problem["message"]
    assert layer in problem["layer"]


def test_every_layer_that_cannot_be_taken_is_named_in_one_run(tercet: Tercet) -> None:
    result = tercet("check", "nets.py:Floats")
    assert result.exit_code == 1
    found = [line for line in result.stdout.splitlines() if line.startswith("✗")]
    assert [line.split(":")[0] for line in found] == ["✗ fc1", "✗ fc2", "✗ other", "✗ sinc"]
    assert all("TernaryWeight" in line for line in found[:3])
    assert "(120 weights)" in result.stdout
    assert json.loads(tercet("check", "nets.py:Floats", "--json").stdout)["weights"] == 120


def test_a_layer_with_a_state_hides_no_float_layer(tercet: Tercet) -> None:
    said = tercet("check", "nets.py:States").stdout
    found = [line.split(":")[0] for line in said.splitlines() if line.startswith("✗")]
    assert sorted(found) == ["✗ cell", "✗ fc1", "✗ fc2", "✗ other"]


def test_a_fabric_that_is_too_small_is_told_and_does_not_fail(tercet: Tercet) -> None:
    result = tercet("check", "digits_mlp", "--fabric", "T=1,L=5,bank_a_depth=64")
    assert result.exit_code == 0, result.output
    assert "Not on the fabric" in result.stdout


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (["nets.py:Net", "--fabric", "smal"], 2),
        (["nets.py:"], 2),
        ([], 2),
        (["nowhere.py:Net"], 1),
        (["nets.py:Net", "--against", "nowhere.onnx"], 1),
    ],
)
def test_what_cannot_be_had_is_one_sentence(
    tercet: Tercet, words: list[str], exit_code: int
) -> None:
    result = tercet("check", *words)
    assert result.exit_code == exit_code
    assert "Traceback" not in result.output
    assert result.stdout == ""
