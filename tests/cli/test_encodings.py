"""Names of layers may be of any language, whatever the terminal can show."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.helpers.onnx.graphs import Constant, model, node, saved

NAME = "größe_層"
PLAIN: dict[str, str] = {"LC_ALL": "C"}
ASCII = {**PLAIN, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
TERMINALS = {"C": PLAIN, "ASCII": ASCII, "ASCII streams": {**PLAIN, "PYTHONIOENCODING": "ascii"}}


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A network whose layer has such a name, in a file that has one too."""
    nodes = [
        node("QuantizeLinear", ["x", "scale", "zero"], ["q"]),
        node("DequantizeLinear", ["q", "scale", "zero"], ["a"]),
        node("DequantizeLinear", ["codes", "scale"], ["b"]),
        node("MatMul", ["a", "b"], ["y"]),
    ]
    nodes[-1].name = NAME
    codes = np.array([[1, 0], [-1, 1], [0, 1]], np.int8)
    constants: dict[str, Constant] = {"scale": np.float32(0.5), "zero": np.int8(0), "codes": codes}
    path = saved(tmp_path, model(nodes, {"x": [1, 3]}, constants))
    return str(path.rename(tmp_path / f"{NAME}.onnx"))


def run(folder: Path, terminal: str, *words: str) -> bytes:
    command = [sys.executable, "-m", "tercet", *words]
    kept = {k: v for k, v in os.environ.items() if k not in ("LANG", "PYTHONIOENCODING")}
    done = subprocess.run(
        command, cwd=folder, env=kept | TERMINALS[terminal], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    assert b"Traceback" not in done.stderr
    return done.stdout


@pytest.mark.parametrize("terminal", TERMINALS)
def test_what_a_program_reads_is_utf_8(tmp_path: Path, file: str, terminal: str) -> None:
    said = run(tmp_path, terminal, "check", Path(file).name, "--json", "--html", "page.html")
    assert NAME in {step["layer"] for step in json.loads(said)["steps"]}
    assert NAME in (tmp_path / "page.html").read_text("utf-8")


def test_what_a_person_reads_is_shown_as_far_as_it_can_be(tmp_path: Path, file: str) -> None:
    words = ("check", Path(file).name)
    assert NAME in run(tmp_path, "C", *words).decode()
    assert b"gr??e_?" in run(tmp_path, "ASCII", *words)


def test_a_module_has_the_bytes_of_the_name(tmp_path: Path, file: str) -> None:
    run(tmp_path, "ASCII", "compile", Path(file).name, "--target", "mlir", "--out", "out")
    (text,) = (tmp_path / "out" / "mlir").iterdir()
    assert r'"gr\C3\B6\C3\9Fe_\E5\B1\A4"' in text.read_text("ascii")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["model"] == NAME
