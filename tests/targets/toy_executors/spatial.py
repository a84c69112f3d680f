"""The emitted module in Verilator, a vector after the other."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from cocotb_tools.runner import Verilator

from tercet.ir.types import IntArray
from tercet.targets.door import Artifact
from tercet_cosim.build.build import use_overlay

TARGET = "spatial"
TOP = "toy"


def run(artifact: Artifact, *xs: IntArray) -> Mapping[str, IntArray]:
    """Every value by name [V, ...]."""
    (name, result), (x,) = artifact.exposes, xs
    use_overlay()
    with TemporaryDirectory() as folder:
        home = Path(folder)
        for path, text in artifact.files(TOP).items():
            (home / path).write_text(str(text))
        np.save(home / "x.npy", x.reshape(len(x), -1))
        simulator = Verilator()
        simulator.build(sources=[home / f"{TOP}.sv"], hdl_toplevel=TOP, build_dir=home / "build")
        simulator.test(
            test_module="tests.targets.toy_bench",
            hdl_toplevel=TOP,
            hdl_toplevel_lang="verilog",
            build_dir=home / "build",
            test_dir=home,
            plusargs=[f"+folder={folder}"],
            log_file=home / "log",
        )
        return {name: x, result: np.load(home / "y.npy")}
