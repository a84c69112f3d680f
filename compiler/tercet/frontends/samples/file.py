"""Arrays of plain numbers from an .npz or .npy, without unpickling."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from tercet.errors import CaptureError
from tercet.ir.types import Array

ALONE = "x"
"""The name for the only array of an .npy."""
PICKLE = b"\x80"
"""The first byte of a pickle."""
WAY_OUT = "write it by numpy.savez(path, x=…)"


@dataclass(frozen=True)
class File:
    """An opened file, and the names of its arrays."""

    path: Path
    names: tuple[str, ...]

    def array(self, name: str) -> Array:
        """One of the arrays."""
        found: Array = _opened(self.path, lambda all_: all_ if _is_npy(all_) else all_[name])
        return found


def opened(path: Path, alone: str = ALONE) -> File:
    """The file at `path`, or an error. `alone`: the name for the array of an .npy."""
    names = _opened(path, lambda found: (alone,) if _is_npy(found) else tuple(found.files))
    return File(path, names)


def _is_npy(found: Any) -> bool:
    return isinstance(found, np.ndarray)


def _begins(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(1)


def _opened(path: Path, take: Callable[[Any], Any]) -> Any:
    try:
        found = np.load(path, allow_pickle=False)
        if _is_npy(found):
            return take(found)
        with found:
            return take(found)
    except OSError as error:
        reason = error.strerror or "it is no .npz or .npy of plain numbers"
        raise CaptureError(f"cannot read {path}: {reason}; {WAY_OUT}") from error
    except (ValueError, EOFError, BadZipFile) as error:
        if "Object arrays" in str(error) or _begins(path) == PICKLE:
            raise CaptureError(
                f"cannot read {path}: it holds pickled objects, which could run any program; "
                "write plain numbers by numpy.savez(path, x=…)"
            ) from error
        reason = "it is no .npz or .npy of plain numbers"
        raise CaptureError(f"cannot read {path}: {reason}; {WAY_OUT}") from error
    except Exception as error:  # zlib and the codecs raise errors of their own
        raise CaptureError(f"cannot read {path}: it is damaged; {WAY_OUT}") from error
