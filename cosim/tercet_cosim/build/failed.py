"""The error line of a failed build or run, from its log, which stays in `build/failed`."""

import shutil
from pathlib import Path

from tercet import assets

TAIL = 3
"""Lines from the end of a log without an error line."""
KEPT = 20
"""The number of logs that stay, those of the last failures."""


def told(log: Path, name: str, error: BaseException | None = None) -> str:
    """The error line of a log, and the place of the whole log."""
    whole = text(log)
    lines = [line.strip() for line in whole.splitlines() if line.strip()]
    telling = [line for line in lines if "rror" in line or "ssertion" in line]
    reason = telling[0] if telling else "; ".join(lines[-TAIL:]) or str(error or "it said nothing")
    place = _keep(log, name) if whole else None
    return f"{reason} (the whole log is {place})" if place else reason


def text(log: Path) -> str:
    """The text of a log in any encoding; "" if it is missing."""
    return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""


def _keep(log: Path, name: str) -> Path | None:
    """Copy the log to a folder of failures; returns None if it cannot be copied."""
    folder = assets.build_root() / "failed"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        oldest_first = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime)
        for path in oldest_first[: -KEPT + 1]:
            path.unlink(missing_ok=True)
        number = next(n for n in range(1, 1 << 30) if not (folder / f"{name}-{n}.log").exists())
        return Path(shutil.copyfile(log, folder / f"{name}-{number}.log"))
    except OSError:
        return None
