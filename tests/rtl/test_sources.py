"""Which files a simulation is built from, of Tercet's RTL and of a user's copy of it."""

import shutil
from pathlib import Path

import pytest

from tercet import assets
from tercet.errors import UsageError
from tercet_cosim.build import sources

MOST_FILES = 12


def names(folder: Path | None = None) -> list[str]:
    return [path.name for path in sources.rtl(folder)]


def test_a_copy_with_all_files_in_one_folder_is_read_as_the_rooms_are(tmp_path: Path) -> None:
    for path in sources.rtl():
        shutil.copy(path, tmp_path)
    assert sorted(names(tmp_path)) == sorted(names())
    assert names(tmp_path)[:3] == names()[:3], "packages come first"


def test_packages_come_before_every_module() -> None:
    kinds = [name.endswith("_pkg.sv") for name in names()]
    assert kinds == sorted(kinds, reverse=True)
    assert any(kinds)


def test_a_file_that_is_there_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    shutil.copytree(assets.ROOT / "rtl", tmp_path / "rtl")
    shutil.copy(tmp_path / "rtl/tile/tct_lanes.sv", tmp_path / "rtl")
    with pytest.raises(UsageError, match=r"tct_lanes.sv, tile/tct_lanes.sv; leave one of each"):
        sources.rtl(tmp_path / "rtl")


def test_a_folder_without_the_top_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no tct_top.sv in it; give a copy of Tercet's rtl/"):
        sources.rtl(tmp_path)


def test_a_room_of_the_rtl_holds_few_files() -> None:
    for room in (path for path in (assets.ROOT / "rtl").iterdir() if path.is_dir()):
        assert len(list(room.iterdir())) <= MOST_FILES, room
