"""Files are written whole, all of them or none."""

import errno
import os
from pathlib import Path

import pytest

from tercet.errors import TercetError
from tercet.report.pages.files import require_file, require_folder, write, write_all

FILES: dict[str, str | bytes] = {"c/net.c": "int x;\n", "rtl/memory.bin": b"\0\1", "list": "é"}


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def full_after(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """A disk that has room for `count` more files."""
    real, left = Path.write_bytes, [count]

    def write_bytes(path: Path, data: bytes) -> int:
        left[0] -= 1
        if left[0] < 0:
            real(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)


def test_every_file_is_written_in_utf_8(tmp_path: Path) -> None:
    write_all(tmp_path / "new" / "out", FILES)
    out = tmp_path / "new" / "out"
    assert everything(out) == ["c", "c/net.c", "list", "rtl", "rtl/memory.bin"]
    assert (out / "list").read_bytes() == "é".encode()


def test_other_files_of_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    write_all(tmp_path, FILES)
    assert "mine" in everything(tmp_path)


@pytest.mark.parametrize("room", range(len(FILES)))
def test_a_full_disk_leaves_no_file_and_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    full_after(monkeypatch, room)
    with pytest.raises(TercetError, match=r"cannot write .*out: No space left on device; give"):
        write_all(tmp_path / "new" / "out", FILES)
    assert everything(tmp_path) == []


@pytest.mark.parametrize("room", range(len(FILES)))
def test_a_full_disk_leaves_what_was_there_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    write_all(tmp_path, dict.fromkeys(FILES, "old"))
    before = everything(tmp_path)
    full_after(monkeypatch, room)
    with pytest.raises(TercetError):
        write_all(tmp_path, FILES)
    assert everything(tmp_path) == before
    assert {(tmp_path / path).read_text() for path in FILES} == {"old"}


def test_a_folder_in_the_place_of_a_file_stops_all(tmp_path: Path) -> None:
    (tmp_path / "list").mkdir()
    with pytest.raises(TercetError, match="Is a directory"):
        write_all(tmp_path, FILES)
    assert everything(tmp_path) == ["list"]


def test_a_long_name_is_written(tmp_path: Path) -> None:
    write(tmp_path / ("n" * 255), "x")
    assert everything(tmp_path) == ["n" * 255]


@pytest.mark.parametrize("name", ["a/b/c", ".", "n" * 255, "a b/é"])
def test_asking_whether_a_folder_can_be_written_leaves_nothing(tmp_path: Path, name: str) -> None:
    require_folder(tmp_path / name)
    require_file(tmp_path / name / "file")
    assert everything(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("file", "File exists"),
        ("file/inside", "File exists"),
        ("n" * 256, "File name too long"),
        ("/proc/nothing", "No such file or directory"),
    ],
)
def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TercetError, match=f"cannot write .*: {why}; give another folder"):
        require_folder(tmp_path / name)
    assert everything(tmp_path) == ["file"]


def test_a_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(TercetError, match="Is a directory"):
        require_file(tmp_path)
