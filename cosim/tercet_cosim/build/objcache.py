"""A compiler wrapper with a cache of the objects of Verilator's run time."""

import hashlib
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path


def main(command: list[str]) -> int:
    """Run a compiler command, or copy its earlier object."""
    root = Path(os.environ["VERILATOR_ROOT"])
    source = next((word for word in command if word.endswith(".cpp")), "")
    if "-c" not in command or not source.startswith(str(root / "include")):
        return subprocess.call(command)
    out = Path(command[command.index("-o") + 1])
    said = "\0".join(word.replace(str(root), "") for word in command if word != str(out))
    kept = root.resolve().parent / "objects" / hashlib.sha256(said.encode()).hexdigest()[:24]
    if kept.exists():
        shutil.copyfile(kept, out)
        return 0
    status = subprocess.call(command)
    if status == 0:
        with suppress(OSError):  # without a copy in the cache, the next build compiles again
            _keep(out, kept)
    return status


def _keep(out: Path, kept: Path) -> None:
    kept.parent.mkdir(exist_ok=True)
    temporary = kept.with_suffix(f".{os.getpid()}")
    try:
        shutil.copyfile(out, temporary)
        temporary.replace(kept)
    finally:
        temporary.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
