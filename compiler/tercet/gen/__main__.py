"""Write every generated file that is stale; `python -m tercet.gen --check` only lists them."""

import subprocess
import sys
from pathlib import Path

from tercet import assets
from tercet.gen.files import generated


def main() -> int:
    """Write or list the stale files; the exit code is 1 if `--check` found one."""
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
