"""The command as a whole: help, version, and how fast it says so."""

import subprocess
import sys
from collections.abc import Callable

import pytest
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


def test_the_command_line_starts_without_the_heavy_packages() -> None:
    heavy = "{'torch', 'brevitas', 'onnx', 'onnxruntime', 'cocotb', 'xdsl', 'numpy', 'matplotlib'}"
    code = f"import sys, tercet.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
