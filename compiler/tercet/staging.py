"""Folders that are whole or not there, whoever else makes them, and whatever ends the process.

    build/sim/.tercet-new-1f0c33    being filled; its maker holds a lock on it
    build/sim/9a60e1                 filled, and renamed to its name
    build/sim/.tercet-turn-9a60e1    locked by the one that makes it: others wait

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
    """A new folder in `parent`, with the permissions that the umask says; gone in the end."""
    parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned(parent)
    folder, lock = _locked(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def kept(home: Path, fill: Callable[[Path], None]) -> Path:
    """The folder `home`, filled by the first who needs it. Raises TercetError on a full disk."""
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
            f"cannot write {home.parent}: {error.strerror or error}; make room there, or the "
            "permission to write"
        ) from error
    return home


@contextmanager
def _turn(home: Path) -> Iterator[None]:
    """One maker of a folder at a time: two would take as long as one after the other.

    Where another user's lock may not be opened, nobody waits.
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
    """Remove what makers left in `parent` that were killed: nobody holds a lock on it."""
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
    """A new folder, and the lock on it. One that was taken for abandoned meanwhile is made anew."""
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
