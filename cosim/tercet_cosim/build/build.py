"""Simulation builds, kept by a hash of sources and options."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cocotb_tools
from cocotb_tools.config import libs_dir
from cocotb_tools.runner import Verilator

from tercet import assets
from tercet.errors import TercetError
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.staging import kept
from tercet_cosim.build import failed, overlay, sources
from tercet_cosim.build.aliases import aliases

TOP = "tct_tb"
UNKNOWN = ("--x-initial", "unique", "--x-assign", "unique")
"""Verilator's options that draw values which are X in the standard."""
ONE_FILE = ("--output-split", "0")
"""Options for one C++ file; each file costs a second for Verilator's headers."""
FLAGS = ("--assert", "-Wno-fatal", "-Wno-lint", *UNKNOWN, *ONE_FILE)
TRACED = ("--trace-fst",)
OPTIMIZE = ("OPT_FAST=-O1", "OPT_GLOBAL=-O2")
"""Options for the C++ of the RTL and for Verilator's run time."""

LIBRARIES = Path(libs_dir).resolve()
"""The folder of cocotb's libraries, to which a simulator links."""


@dataclass(frozen=True)
class Build:
    """A simulator on disk."""

    folder: Path
    waves: bool


class SelectiveVerilator(Verilator):
    """cocotb's runner, but faster, and in folders of any name.

    Only what `public.vlt` names is public (2.6 times faster). The design is one C++ file, compiled
    with -O1: a third of the time of many files with -O2, for 95 % of the simulation's speed. The
    run time's objects come from a cache (12 s less).
    """

    renamed: Callable[[str], str] = staticmethod(str)
    """The function of `aliases` that writes a text with plain names."""

    def _build_command(self) -> list[list[str]]:
        verilate, make = super()._build_command()
        searched = f"-Wl,-rpath,{LIBRARIES} "  # found by LD_LIBRARY_PATH, so its folder may have any name
        verilate = [w.replace(searched, "") for w in verilate if w != "--public-flat-rw"]
        wrapper = f"OBJCACHE=$(PYTHON3) {Path(__file__).with_name('objcache.py')}"
        here = "CURDIR=."  # Verilator's makefile stops at a space in the true folder
        make = [*make, "-j2", *OPTIMIZE, wrapper, here]
        return [[self.renamed(word) for word in command] for command in (verilate, make)]

    def _set_env_build(self) -> None:
        super()._set_env_build()
        self.env["VERILATOR_ROOT"] = self.renamed(self.env["VERILATOR_ROOT"])

    def _set_env_test(self) -> None:
        super()._set_env_test()
        before = self.env.get("LD_LIBRARY_PATH")
        self.env["LD_LIBRARY_PATH"] = f"{LIBRARIES}:{before}" if before else str(LIBRARIES)


def build(spec: FabricSpec, *, waves: bool = False, rtl: Path | None = None) -> Build:
    """The simulator of a configuration; from `rtl` instead of the product's RTL if given.

    Raises TercetError when the RTL does not build.
    """
    files = (*sources.rtl(rtl), *sources.testbench(), sources.native())
    folder = assets.build_root() / "sim" / _key(spec, waves, files)
    return Build(kept(folder, partial(_verilate, spec, waves, files)), waves)


def use_overlay() -> None:
    """Put the corrected Verilator on the path of this process and its children."""
    root = str(overlay.root())
    if os.environ.get("VERILATOR_ROOT") != root:
        os.environ["VERILATOR_ROOT"] = root
        os.environ["PATH"] = f"{root}/bin:{os.environ['PATH']}"


def runner() -> SelectiveVerilator:
    use_overlay()
    return SelectiveVerilator()


def _verilate(spec: FabricSpec, waves: bool, files: Sequence[Path], folder: Path) -> None:
    *verilog, native = files
    parameters: dict[str, Any] = dict(spec.parameters)
    traced = TRACED if waves else ()
    log, verilator = folder / "build.log", runner()
    homes = (folder, overlay.root(), LIBRARIES.parent, assets.ROOT / "rtl", Path(__file__).parent)
    with aliases(*homes, *(path.parent for path in files)) as verilator.renamed:
        try:
            verilator.build(
                sources=verilog,
                includes=[(assets.ROOT / "rtl").resolve()],
                hdl_toplevel=TOP,
                parameters=parameters,
                build_args=[*FLAGS, *traced, str(native.resolve()), "-LDFLAGS", "-rdynamic"],
                build_dir=folder,
                timescale=("1ns", "1ps"),
                waves=waves,
                log_file=log,
            )
        except Exception as error:
            what = f"the RTL of fabric {spec.name!r} does not build"
            raise TercetError(f"{what}: {failed.told(log, 'rtl', error)}") from error


def _key(spec: FabricSpec, waves: bool, files: Sequence[Path]) -> str:
    parts = [repr(spec.parameters), str(waves), repr((FLAGS, OPTIMIZE)), str(overlay.root())]
    parts += [
        str(Path(cocotb_tools.__file__)),
        *(path.read_text(encoding="utf-8") for path in files),
    ]
    parts += [
        path.read_text(encoding="utf-8") for path in sorted((assets.ROOT / "rtl").glob("*.svh"))
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
