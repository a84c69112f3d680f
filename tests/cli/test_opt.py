"""`tercet opt` runs passes on text: a ten-line file is enough to see one work."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from tercet.ir.module import build, parse
from tercet.ir.types import UI8, tensor
from tercet.ops.linear import Linear
from tercet.passes import DEFAULT

Tercet = Callable[..., Result]


@pytest.fixture
def text() -> str:
    """One linear layer of the integer dialect."""
    weight = np.array([[1, 0, -1], [0, 1, 1]])
    return str(build([tensor((1, 3), UI8)], lambda x: [Linear(x, weight, layer="fc")]))


def test_a_module_passes_through_unchanged_without_passes(tercet: Tercet, text: str) -> None:
    result = tercet("opt", stdin=text)
    assert result.exit_code == 0, result.stderr
    assert str(parse(result.stdout)) == text


def test_passes_run_on_a_file_into_a_file(tercet: Tercet, text: str, tmp_path: Path) -> None:
    (tmp_path / "in.mlir").write_text(text)
    passes = f"{DEFAULT[0].name},{DEFAULT[1].name}"
    result = tercet("opt", "in.mlir", "--passes", passes, "-o", "out.mlir")
    assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    assert str(parse((tmp_path / "out.mlir").read_text())) == text


def test_the_list_of_passes_is_the_default_pipeline(tercet: Tercet) -> None:
    assert tercet("opt", "--list").stdout.split() == list(
        dict.fromkeys(step.name for step in DEFAULT)
    )


def test_an_unknown_pass_is_a_usage_error_that_names_the_known_ones(
    tercet: Tercet, text: str
) -> None:
    result = tercet("opt", "--passes", "inline", stdin=text)
    assert result.exit_code == 2
    assert "there is no pass called inline" in result.stderr
    assert DEFAULT[0].name in result.stderr


@pytest.mark.parametrize("text", ["", "func.func", "builtin.module {}}", "%0 = tercet.linear"])
def test_text_that_is_no_module_is_one_sentence(tercet: Tercet, text: str) -> None:
    result = tercet("opt", "--passes", "default", stdin=text)
    assert result.exit_code == 1
    assert result.stderr.startswith("tercet: ")
    assert "Traceback" not in result.stderr


def test_a_module_in_which_a_name_stands_twice_is_one_sentence(tercet: Tercet) -> None:
    assert tercet("compile", "tfmbs_mlp", "--target", "mlir", "--out", "out").exit_code == 0
    (file,) = Path("out/mlir").glob("*.mlir")
    text = file.read_text()
    assert tercet("opt", stdin=text).stdout == text
    assert text.count('tercet.name = "fc2:linear"') == 1
    done = tercet("opt", stdin=text.replace('"fc2:linear"', '"fc1:linear"'))
    assert done.exit_code == 1
    assert done.stderr == "tercet: two values of the module have one name: stamp it anew\n"


def test_a_missing_file_is_one_sentence(tercet: Tercet) -> None:
    result = tercet("opt", "nowhere.mlir")
    assert result.exit_code == 1
    assert "cannot read nowhere.mlir" in result.stderr
