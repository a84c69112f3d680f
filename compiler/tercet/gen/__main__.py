"""Write every generated file anew; `python -m tercet.gen --check` only says which are stale."""

import subprocess
import sys
from pathlib import Path

from tercet import assets
from tercet.gen.files import generated


def main() -> int:
    """Exit code 1 when a file was stale and only checked."""
    stale = []
    for path, text in generated().items():
        target = assets.ROOT / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            stale.append(path)
            if "--check" not in sys.argv:
                target.parent.mkdir(parents=True, exist_ok=True)
                _replace(target, text)
    for path in stale:
        print(f"{'stale' if '--check' in sys.argv else 'wrote'}: {path}")
    return int(bool(stale) and "--check" in sys.argv)


def _replace(target: Path, text: str) -> None:
    temporary = target.with_name(f".{target.name}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(target)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as broken:
        sys.exit(f"{broken.cmd[0]} failed: {broken.stderr}")
