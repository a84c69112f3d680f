"""Processor time of the command `tercet` until it answers: help, refusals, a small file's check."""

import resource
import subprocess
import sys

from benchmarks.figures import Figures

RUNS = 5
LINES = (
    ("--help",),
    ("check", "digits_mpl"),
    ("check", "nowhere.onnx"),
    ("check", "digits_mlp", "--fabric", "T=3"),
    ("verify", "digits_mlp", "--rtl", "nowhere"),
    ("ops",),
    ("check", "digits_mlp"),
)
TARGET = 1


def run() -> Figures:
    """The least of a few runs, user and system time together."""
    return Figures(
        "Start: processor time of a command",
        ("command", "seconds"),
        tuple((f"`tercet {' '.join(words)}`", f"{_least(words):.2f}") for words in LINES),
        (f"Help and refusals: target {TARGET} s or less.",),
    )


def _least(words: tuple[str, ...]) -> float:
    return min(_seconds(words) for _ in range(RUNS))


def _seconds(words: tuple[str, ...]) -> float:
    before = _children()
    subprocess.run([sys.executable, "-m", "tercet", *words], capture_output=True, check=False)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
