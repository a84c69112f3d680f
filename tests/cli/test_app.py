"""The command as a whole: help, version, and how fast it says so."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.helpers.onnx.graphs import model, node, saved
from typer.testing import Result

Tercet = Callable[..., Result]
COMMANDS = ("verify", "check", "compile", "profile", "quantize", "report", "opt", "ops")


def test_help_lists_every_command(tercet: Tercet) -> None:
    result = tercet("--help")
    assert result.exit_code == 0
    for command in COMMANDS:
        assert command in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(tercet: Tercet, command: str) -> None:
    assert tercet(command, "--help").exit_code == 0


def test_version_names_the_program(tercet: Tercet) -> None:
    result = tercet("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("tercet ")


def test_an_unknown_command_exits_2(tercet: Tercet) -> None:
    assert tercet("verfy").exit_code == 2


HEAVY = ("torch", "brevitas", "onnx", "onnxruntime", "numba", "xdsl", "cocotb", "numpy")
REFUSED = (
    ("--help",),
    ("--version",),
    ("verify", "--help"),
    ("check", "digits_mpl"),
    ("check", "nowhere.onnx"),
    ("check", "nowhere.py:Net"),
    ("check", "no.such.package:net"),
    ("check", "digits_mlp", "--against", "nowhere.onnx"),
    ("check", "digits_mlp", "--fabric", "T=3"),
    ("check", "digits_mlp", "--semantics", "real"),
    ("check", "digits_mlp", "--input-shape", "wide"),
    ("check", "digits_mlp", "--input-type", "INT8"),
    ("check", "digits_mlp", "--nothing"),
    ("verify", "digits_mlp", "--rtl", "nowhere"),
    ("verify", "digits_mlp", "--semantics", "ort"),
    ("profile", "digits_mlp", "--semantics", "ort"),
    ("compile", "digits_mlp", "--target", "vhdl"),
    ("compile", "digits_mlp", "--target", "c", "--explain"),
    ("quantize", "digits_mlp", "--out", "q", "--weights", "int5"),
    ("quantize", "digits_mlp", "--out", "q", "--calibration", "nowhere.npz"),
    ("verify", "digits_mlp", "--out", "/proc/out"),
    ("compile", "digits_mlp", "--out", "/proc/out"),
    ("quantize", "digits_mlp", "--out", "/proc/out"),
    ("check", "digits_mlp", "--html", "/proc/page.html"),
    ("profile", "digits_mlp", "--trace", "/proc/trace.json"),
    ("opt", "--out", "/proc/net.mlir"),
    ("opt", "nowhere.mlir"),
    ("report", "nowhere.json"),
)


RUN = """
import json, sys
from typer.testing import CliRunner
from tercet.cli.app import app

heavy, lines = json.loads(sys.argv[1])
for words in lines:
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, SystemExit | None), done.exception
    print(json.dumps([done.exit_code, sorted(set(heavy) & set(sys.modules))]))
"""
"""What each command line exits with, and the heavy packages that are loaded after it."""


def after(*lines: tuple[str, ...]) -> list[tuple[int, list[str]]]:
    """The answers of `RUN` in a process of its own."""
    command = [sys.executable, "-c", RUN, json.dumps([HEAVY, lines])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def test_help_and_refusals_load_no_heavy_package() -> None:
    told = after(*REFUSED)
    assert len(told) == len(REFUSED)
    for words, (code, loaded) in zip(REFUSED, told, strict=True):
        helps = "--help" in words or "--version" in words
        assert (code == 0) == helps, words
        assert not loaded, words


def test_a_file_is_checked_without_torch(tmp_path: Path) -> None:
    scale = np.float32(0.5)
    nodes = [
        node("QuantizeLinear", ["x", "scale", "zero"], ["q"]),
        node("DequantizeLinear", ["q", "scale", "zero"], ["a"]),
        node("DequantizeLinear", ["codes", "scale"], ["b"]),
        node("MatMul", ["a", "b"], ["y"]),
    ]
    codes = np.array([[1, 0], [-1, 1], [0, 1]], np.int8)
    file = model(nodes, {"x": [1, 3]}, {"scale": scale, "zero": np.int8(0), "codes": codes})
    path = saved(tmp_path, file)
    ((code, loaded),) = after(("check", str(path)))
    assert code == 0
    assert {"onnx", "xdsl"} <= set(loaded)
    assert not {"torch", "brevitas"} & set(loaded)


@pytest.mark.parametrize("words", [("--help",), ("ops",), ("ops", "--markdown")], ids=" ".join)
def test_an_output_that_cannot_be_written_is_one_sentence(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "tercet", *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "tercet: cannot write the output: No space left on device\n"
