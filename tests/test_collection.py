"""What is collected is run, on any machine."""

import ast
from pathlib import Path

import numpy as np
import pytest
from tests.corners import in_turn
from tests.helpers import real_files
from tests.helpers.real_files import on_real_files

ROOT = Path(__file__).parents[1]
EXCUSES = {"skip", "skipif", "importorskip", "xfail"}


def excuses(text: str) -> list[str]:
    """Where a test file gives a test up instead of leaving it out."""
    return [
        f"line {node.lineno}: {node.attr}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr in EXCUSES
    ]


def test_no_test_is_collected_to_be_skipped() -> None:
    files = [path for folder in ("tests", "cosim") for path in (ROOT / folder).rglob("*.py")]
    found = {path.name: wrong for path in files if (wrong := excuses(path.read_text("utf-8")))}
    assert len(files) > 200
    assert not found


def test_a_skip_is_found() -> None:
    assert excuses("import pytest\npytest.skip('not here')\n") == ["line 2: skip"]


def test_a_test_on_real_files_is_there_for_those_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(real_files, "FOLDER", tmp_path)
    (tmp_path / "here.onnx").touch()

    def body(path: Path, layers: int) -> None:
        assert path.exists()
        assert layers

    marked = on_real_files("path, layers", ("here", 4), ("nowhere", 5))(body)
    assert marked is not None
    (mark,) = marked.pytestmark  # type: ignore[attr-defined]
    assert [row.values for row in mark.args[1]] == [(tmp_path / "here.onnx", 4)]
    assert on_real_files("path, layers", ("nowhere", 5))(body) is None


@pytest.mark.parametrize("sizes", [(3, 6), (6, 4), (2, 2, 5), (4,)], ids=str)
def test_corners_have_every_value_of_every_parameter(sizes: tuple[int, ...]) -> None:
    kept = [case for number, case in enumerate(np.ndindex(sizes)) if in_turn(number, sizes)]
    assert len(kept) == max(sizes)
    assert [set(values) for values in zip(*kept, strict=True)] == [set(range(n)) for n in sizes]
