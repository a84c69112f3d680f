"""The source files of a simulation."""

from collections import Counter
from pathlib import Path

from tercet import assets
from tercet.errors import UsageError

BENCH = Path(__file__).parents[1] / "bench"
TOP = "tct_top.sv"


def rtl(folder: Path | None = None) -> tuple[Path, ...]:
    """The fabric's SystemVerilog files, packages first; from `folder` for a changed design.

    Files lie in the folder or anywhere below it. Raises UsageError for a folder without the top
    module, or with two files of one name, which would be two modules of one name.
    """
    home = assets.ROOT / "rtl" if folder is None else folder
    found = sorted(home.rglob("tct_*.sv"))
    _require_one_of_each(home, found)
    packages = [path for path in found if path.stem.endswith("_pkg")]
    return (*packages, *(path for path in found if path not in packages))


def _require_one_of_each(home: Path, found: list[Path]) -> None:
    counts = Counter(path.name for path in found)
    if TOP not in counts:
        raise UsageError(f"--rtl {home}: no {TOP} in it; give a copy of Tercet's rtl/")
    if twice := sorted(name for name, count in counts.items() if count > 1):
        places = ", ".join(str(path.relative_to(home)) for path in found if path.name in twice)
        raise UsageError(f"--rtl {home}: files of one name: {places}; leave one of each")


def testbench() -> tuple[Path, ...]:
    """The test bench's files, and the list of signals that cocotb may access."""
    return (BENCH / "tct_tb_memory.sv", power_up(), BENCH / "tct_tb.sv", BENCH / "public.vlt")


def power_up() -> Path:
    """The file that disables assertions until the first reset."""
    return BENCH / "tct_tb_power_up.sv"


def native() -> Path:
    return BENCH / "turbo.cpp"
