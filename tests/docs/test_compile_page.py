"""The program on the page about compiling builds as the page says, and computes the network."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tercet import frontends, passes
from tercet.cli.app import app
from tercet_golden import integer
from tercet_golden.vectors import make

PAGE = Path(__file__).parents[2] / "docs" / "compile.md"
Block = Callable[[str], str]


@pytest.fixture
def block() -> Block:
    """The page's code in one language."""
    text = PAGE.read_text(encoding="utf-8")

    def find(language: str) -> str:
        (code,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
        return str(code)

    return find


def test_the_program_on_the_page_computes_the_network(tmp_path: Path, block: Block) -> None:
    words = ["compile", "digits_mlp", "--target", "c", "--out", str(tmp_path)]
    assert CliRunner().invoke(app, words).exit_code == 0
    folder = tmp_path / "c"
    (folder / "main.c").write_text(block("c"))
    subprocess.run(block("sh"), shell=True, cwd=folder, check=True)

    model = frontends.resolve("digits_mlp")
    module = passes.run(frontends.load(model.module, model.example))
    vectors = make(module, model.samples, 5, 1)
    want = integer.run(module, vectors.x)["fc3:linear"]
    for x, sums in zip(vectors.x[:5], want, strict=False):
        pixels = " ".join(map(str, x.ravel()))
        done = subprocess.run([folder / "digits"], input=pixels, capture_output=True, text=True)
        np.testing.assert_array_equal(list(map(int, done.stdout.split())), sums)
