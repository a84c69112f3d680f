"""The emitted fabric of a plan as a simulator with AXI ports."""

import hashlib
import shutil
import tempfile
from pathlib import Path

import cocotb_tools

from tercet import assets
from tercet.targets.fabric import files as rtl
from tercet.targets.fabric.program.plan import Plan
from tercet_cosim.build import overlay, sources
from tercet_cosim.build.build import FLAGS, OPTIMIZE, runner

HERE = Path(__file__).parent
TOP = "tct_bundle_tb"
NAME = "bundle"


def build(plan: Plan, home: Path | None = None) -> Path:
    """The simulator's folder; of the RTL in `home` instead of the product's if given."""
    emitted = str(rtl.emit(plan, NAME)["rtl/tercet_fabric.sv"])
    files = (*sources.rtl(home), sources.power_up(), HERE / f"{TOP}.sv", HERE / "public.vlt")
    folder = assets.build_root() / "sim" / _key(emitted, files)
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
        _verilate(emitted, files, temporary)
        try:
            temporary.rename(folder)
        except OSError:  # another process was faster
            shutil.rmtree(temporary)
    return folder


def _verilate(emitted: str, files: tuple[Path, ...], folder: Path) -> None:
    fabric = folder / "tercet_fabric.sv"
    fabric.write_text(emitted, encoding="utf-8")
    *verilog, bench, public = files
    runner().build(
        sources=[*verilog, fabric, bench, public],
        includes=[assets.ROOT / "rtl"],
        hdl_toplevel=TOP,
        build_args=list(FLAGS),
        build_dir=folder,
        timescale=("1ns", "1ps"),
        log_file=folder / "build.log",
    )


def _key(emitted: str, files: tuple[Path, ...]) -> str:
    parts = [emitted, repr((FLAGS, OPTIMIZE)), str(overlay.root()), str(cocotb_tools.__file__)]
    parts += [path.read_text(encoding="utf-8") for path in files]
    parts += [path.read_text() for path in sorted((assets.ROOT / "rtl").glob("*.svh"))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
