"""Runs the command `tercet` inside the test's own process, in a folder of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tercet.cli.app import app

Tercet = Callable[..., Result]


@pytest.fixture
def tercet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tercet:
    """`tercet("verify", "digits_mlp")`: what it printed and its exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "118")

    def run(*words: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=stdin)

    return run
