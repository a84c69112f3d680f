"""Folders that are whole or not there."""

import errno
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tercet.errors import TercetError
from tercet.staging import PREFIX, kept, staged

WORKER = """
import sys, time
from pathlib import Path
from tercet.staging import staged

with staged(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("of it")
    print(folder, flush=True)
    time.sleep(600)
"""


def worker(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that holds a staged folder until it is killed."""
    command = [sys.executable, "-c", WORKER, str(parent)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o755), (0o002, 0o775), (0o077, 0o700)])
def test_a_kept_folder_has_the_permissions_of_the_umask(
    tmp_path: Path, umask: int, mode: int
) -> None:
    before = os.umask(umask)
    try:
        home = kept(tmp_path / "sim" / "key", lambda folder: (folder / "file").touch())
    finally:
        os.umask(before)
    assert stat.S_IMODE(home.stat().st_mode) == mode
    assert stat.S_IMODE((home / "file").stat().st_mode) == mode & 0o666


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    process, left = worker(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (left / "half").exists()
    with staged(tmp_path) as folder:
        assert folder.is_dir()
        assert not left.exists()
    assert not list(tmp_path.iterdir())


def test_a_folder_whose_maker_works_is_left_alone(tmp_path: Path) -> None:
    process, busy = worker(tmp_path)
    try:
        with staged(tmp_path):
            assert (busy / "half").exists()
    finally:
        process.kill()
        process.wait()


def test_folders_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".new-thing").mkdir()
    (tmp_path / f"{PREFIX}file").touch()
    with staged(tmp_path):
        pass
    assert sorted(p.name for p in tmp_path.iterdir()) == [".new-thing", f"{PREFIX}file"]


def test_many_makers_of_one_folder_all_get_it_whole(tmp_path: Path) -> None:
    home, makers = tmp_path / "sim" / "key", list[Path]()

    def fill(folder: Path) -> None:
        makers.append(folder)
        for i in range(20):
            (folder / str(i)).write_text("x")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: len(list(kept(home, fill).iterdir())), range(32)))
    assert found == [20] * 32
    assert len(makers) == 1, "the others waited for the first one"
    assert [path.name for path in home.parent.iterdir()] == ["key"]


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    home = tmp_path / "sim" / "key"

    def fill(folder: Path) -> None:
        (folder / "first").touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(TercetError, match=r"cannot write .*sim: No space left on device; free"):
        kept(home, fill)
    assert not list(home.parent.iterdir())
