"""Where things are: in the checkout, or in places of the user's own."""

import os
from pathlib import Path

import pytest

from tercet import assets


@pytest.mark.parametrize(
    ("locked", "found"),
    [((), "checkout/build"), (("checkout",), "work/build"), (("checkout", "work"), "cache/build")],
)
def test_who_may_not_write_to_the_checkout_builds_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locked: tuple[str, ...], found: str
) -> None:
    for name in ("checkout", "work", "cache"):
        (tmp_path / name).mkdir()
    shut = {tmp_path / name for name in locked}
    monkeypatch.setattr(assets, "_CHECKOUT", tmp_path / "checkout")
    monkeypatch.setattr(assets, "_CACHE", tmp_path / "cache")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) not in shut)
    monkeypatch.chdir(tmp_path / "work")
    assert assets.build_root() == tmp_path / found


def test_a_wheel_builds_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "_IN_CHECKOUT", False)
    monkeypatch.chdir(tmp_path)
    assert assets.build_root() == tmp_path / "build"
