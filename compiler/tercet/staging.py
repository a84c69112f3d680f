"""Folders that are either complete or absent, even with several makers or a killed process.

    build/sim/.tercet-new-1f0c33    being filled; its maker holds a lock on it
    build/sim/9a60e1                 filled, and renamed to its name
    build/sim/.tercet-turn-9a60e1    locked by the process that makes it: others wait

A maker that is killed leaves a folder without a lock, which the next maker beside it removes.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from tercet.errors import TercetError

PREFIX = ".tercet-new-"
TURN = ".tercet-turn-"


@contextmanager
def staged(parent: Path) -> Iterator[Path]:
    """A new folder in `parent`, with the permissions of the umask; removed when the block ends."""
    parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned(parent)
    folder, lock = _locked(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def kept(home: Path, fill: Callable[[Path], None]) -> Path:
    """The folder `home`, which `fill` makes if it is missing. Raises TercetError on a full disk."""
    if home.exists():
        return home
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with _turn(home):
            if not home.exists():
                with staged(home.parent) as folder:
                    fill(folder)
                    _renamed(folder, home)
    except OSError as error:
        raise TercetError(
            f"cannot write {home.parent}: {error.strerror or error}; free some space there, or "
            "grant the permission to write"
        ) from error
    return home


@contextmanager
def _turn(home: Path) -> Iterator[None]:
    """A lock that lets one process at a time make a folder: two would not be faster together.

    No process waits for a lock of another user that it may not open.
    """
    place, lock = home.with_name(f"{TURN}{home.name}"), None
    with suppress(PermissionError):
        lock = os.open(place, os.O_RDONLY | os.O_CREAT, 0o666)
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield
    finally:
        with suppress(OSError):
            place.unlink()
        if lock is not None:
            os.close(lock)


def _renamed(folder: Path, home: Path) -> None:
    try:
        folder.rename(home)
    except OSError:
        if not home.exists():  # no other process was faster
            raise


def remove_abandoned(parent: Path) -> None:
    """Remove the folders that killed makers left in `parent`: they are the ones without a lock."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            lock = os.open(folder, os.O_RDONLY)
        except OSError:  # another user's, or just gone
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # its maker is at work
            pass
        finally:
            os.close(lock)


def _locked(parent: Path) -> tuple[Path, int]:
    """A new folder and the lock on it; made anew if another process removed it before the lock."""
    while True:
        folder = parent / f"{PREFIX}{token_hex(6)}"
        folder.mkdir()
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder, lock
        os.close(lock)
