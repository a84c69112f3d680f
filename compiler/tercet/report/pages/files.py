"""Write files completely or not at all."""

import os
from collections.abc import Mapping
from contextlib import suppress
from errno import EISDIR
from pathlib import Path

from tercet.errors import TercetError
from tercet.staging import staged


def write(path: Path, content: str | bytes) -> None:
    """Write `content` to `path`; no reader ever sees half a file."""
    write_all(path.parent, {path.name: content})


def write_all(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write every file to its path in `folder`, or none: all are on disk before one is renamed."""
    missing = _missing(folder)
    try:
        with staged(folder) as stage:
            for path, content in files.items():
                (stage / path).parent.mkdir(parents=True, exist_ok=True)
                data = encoded(content) if isinstance(content, str) else content
                (stage / path).write_bytes(data)
                _require_no_folder(folder / path)
            for path in files:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
            for path in files:
                (stage / path).replace(folder / path)
    except OSError as error:
        for made in missing:
            with suppress(OSError):  # it has other files
                made.rmdir()
        raise _cannot(folder / next(iter(files)) if len(files) == 1 else folder, error) from error


def encoded(text: str) -> bytes:
    """`text` as UTF-8 in any locale; a path in it may have bytes that Python did not decode."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode("utf-8")


def require_folder(folder: Path) -> None:
    """Raise TercetError if files can't be written to a folder. The test leaves no file."""
    try:
        missing = _missing(folder)
        first = missing[-1].parent if missing else folder
        with staged(first) as stage:
            inside = stage / os.path.relpath(folder, first)
            inside.mkdir(parents=True, exist_ok=True)
            (inside / "probe").write_bytes(b"\0")
    except OSError as error:
        raise _cannot(folder, error) from error


def require_file(path: Path) -> None:
    """Raise TercetError if a file can't be written. The test leaves no file."""
    try:
        _require_no_folder(path)
    except OSError as error:
        raise _cannot(path, error) from error
    require_folder(path.parent)


def _missing(folder: Path) -> list[Path]:
    """The missing folders on the path of `folder`, the innermost first."""
    found = []
    while not folder.exists() and folder != folder.parent:
        found.append(folder)
        folder = folder.parent
    return found


def _require_no_folder(path: Path) -> None:
    if path.is_dir():
        raise OSError(EISDIR, os.strerror(EISDIR), str(path))


def _cannot(path: Path, error: OSError) -> TercetError:
    return TercetError(f"cannot write {path}: {error.strerror or error}; give another folder")
