"""What a simulation is built from."""

from pathlib import Path

from tercet import assets

BENCH = Path(__file__).parents[1] / "bench"


def rtl(folder: Path | None = None) -> tuple[Path, ...]:
    """The fabric's SystemVerilog, packages first; from another folder to try a changed design."""
    home = assets.ROOT / "rtl" if folder is None else folder
    modules = sorted(path for path in home.glob("tct_*.sv") if path.name != "tct_pkg.sv")
    packages = sorted((home / "gen").glob("*_pkg.sv"))
    return (home / "tct_pkg.sv", *packages, home / "gen" / "tct_csr_regs.sv", *modules)


def testbench() -> tuple[Path, ...]:
    """The testbench around it, and what of it cocotb may touch."""
    return (BENCH / "tct_tb_memory.sv", power_up(), BENCH / "tct_tb.sv", BENCH / "public.vlt")


def power_up() -> Path:
    """What keeps assertions quiet until the first reset."""
    return BENCH / "tct_tb_power_up.sv"


def native() -> Path:
    return BENCH / "turbo.cpp"
