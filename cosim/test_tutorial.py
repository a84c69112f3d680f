"""The tutorial, run as it stands: each file saved, each command run, each output as it is shown.

Figures may differ from one machine to another, words may not.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
NAMED = re.compile(r"(?:#|//) (\S+\.\w+)\n")
FILES = {"python", "c", "cpp"}


@dataclass(frozen=True)
class Step:
    """A command of the page and what the page shows of its output."""

    command: str
    shown: str

    @property
    def name(self) -> str:
        return " ".join(self.command.split()[:3])


def steps() -> Iterator[Step]:
    """Each command, with the output behind it."""
    for (kind, code), (after, shown) in zip(BLOCKS, [*BLOCKS[1:], ("", "")], strict=True):
        if kind == "sh":
            yield Step(code, shown if after == "text" else "")


STEPS = list(steps())


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each command of the page printed, all of them run in one folder."""
    folder = tmp_path_factory.mktemp("tutorial")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    said: dict[str, str] = {}
    for kind, code in BLOCKS:
        if kind in FILES:
            named = NAMED.match(code)
            assert named, f"a block of {kind} does not say in its first line which file it is"
            (folder / named[1]).write_text(code, encoding="utf-8")
        elif kind == "sh":
            done = subprocess.run(
                ["sh", "-e", "-c", code],
                cwd=folder,
                env={**os.environ, "PATH": path},
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
            said[code] = done.stdout
    return said


def lines(text: str) -> list[str]:
    """Without figures, rules and the width of columns."""
    words = (re.sub(r"\d[\d,.]*", "N", line) for line in text.splitlines())
    return [line for word in words if (line := re.sub(r"[\s─]+", " ", word).strip())]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_command_prints_what_the_page_shows(step: Step, printed: dict[str, str]) -> None:
    real = iter(lines(printed[step.command]))
    missing = [line for line in lines(step.shown) if line != "…" and line not in real]
    assert not missing, printed[step.command]


def test_every_command_shows_its_output() -> None:
    assert len(STEPS) == 8
    assert all(len(lines(step.shown)) > 0 for step in STEPS)


def test_every_kind_of_block_is_known() -> None:
    assert {kind for kind, _ in BLOCKS} == FILES | {"sh", "text"}
