"""Write a file whole or not at all."""

import os
from pathlib import Path

from tercet.errors import TercetError


def write(path: Path, content: str | bytes) -> None:
    """Put `content` at `path` under a temporary name first, so no reader ever sees half a file."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(content.encode() if isinstance(content, str) else content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise TercetError(f"cannot write {path}: {reason}; give another folder") from error
