"""Tercet's rounding test: a network whose sums fall on halves, for the fabric of a sign-off.

A model's own sums seldom fall on halves, so its values do not show how the RTL rounds.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from tercet.errors import TercetError, UsageError
from tercet.ir.module import parse
from tercet.ir.types import IntArray
from tercet.report.pages.files import write
from tercet.targets.fabric import files as rtl
from tercet.targets.fabric.program.plan import Plan
from tercet_signoff.rounding_network import ties

NAME = "rounding"
"""The name of the folder of a recorded vector, and of the files in it."""


@dataclass(frozen=True, eq=False)
class Rounding:
    """The test's network and inputs [V, elements], of which the first has the number `first`."""

    module: ModuleOp
    x: IntArray
    first: int = 0


def whole(seed: int) -> Rounding:
    """The test with all its vectors."""
    return Rounding(*ties(seed))


def record(test: Rounding, vector: int, plan: Plan, want: dict[str, IntArray], out: Path) -> Path:
    """Write a vector of the test and its program to a folder in `out`.

    `rounding.mlir` is the network, `vector.npz` the input and every expected value;
    `rounding.txt`, `.json` and `.bin` are the program, as of `tercet compile`.
    """
    folder = out / NAME
    at = vector - test.first
    array = io.BytesIO()
    values = {name: value[at] for name, value in want.items()}
    np.savez(array, number=vector, input=test.x[at : at + 1], **values)
    program = {path: text for path, text in rtl.emit(plan, NAME).items() if "/" not in path}
    files = {f"{NAME}.mlir": str(test.module) + "\n", "vector.npz": array.getvalue(), **program}
    for name, content in files.items():
        write(folder / name, content)
    return folder


def recorded(folder: Path) -> Rounding:
    """The test of a vector that `record` wrote. Raises UsageError if there is none."""
    try:
        module = parse((folder / f"{NAME}.mlir").read_text(encoding="utf-8"))
        with np.load(folder / "vector.npz", allow_pickle=False) as found:
            return Rounding(module, found["input"].astype(np.int64), int(found["number"]))
    except (OSError, ValueError, KeyError, TercetError) as error:
        raise UsageError(
            f"--rounding {folder}: no recorded vector of the rounding test ({error}); give the"
            " folder that a failed rtl.bitexact names"
        ) from error
