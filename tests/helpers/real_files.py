"""Tests on real files by others, which lie in `shared/models` beside the checkout, if they do."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from tercet import assets

FOLDER = assets.ROOT.parent / "shared" / "models"
Test = TypeVar("Test", bound=Callable[..., None])


def on_real_files(names: str, *rows: tuple[Any, ...]) -> Callable[[Test], Test | None]:
    """Run the test for every row whose file is there; without any, there is no test.

    As `pytest.mark.parametrize`; the first of `names` is the path of the file, whose name without
    `.onnx` is the first of each row.
    """
    there = [
        pytest.param(path, *row[1:], id=row[0])
        for row in rows
        if (path := FOLDER / f"{row[0]}.onnx").exists()
    ]

    def marked(test: Test) -> Test | None:
        return pytest.mark.parametrize(names, there)(test) if there else None

    return marked
