"""Run the scenarios of the emitted fabric in a simulator process."""

import json
import tempfile
from pathlib import Path

from scenarios.bundle.build import TOP
from tercet import assets
from tercet.errors import TercetError
from tercet_cosim.build.build import runner
from tercet_cosim.build.power_up import power_up

SCENARIOS = "scenarios.bundle.scenarios"


def complaints(built: Path, seed: int) -> dict[str, str]:
    """The complaint of each scenario, "" if it passed.

    `seed` draws the registers and memories at power-up. Raises TercetError if an assertion of the
    RTL fires.
    """
    with tempfile.TemporaryDirectory(dir=assets.build_root(), prefix="run-") as made:
        folder = Path(made)
        log, outcome = folder / "sim.log", folder / "outcome.json"
        try:
            runner().test(
                test_module=SCENARIOS,
                hdl_toplevel=TOP,
                hdl_toplevel_lang="verilog",
                build_dir=built,
                test_dir=folder,
                results_xml=str(folder / "results.xml"),
                plusargs=[f"+tercet_job={folder}", *power_up(seed)],
                log_file=log,
            )
        except (RuntimeError, SystemExit) as broken:
            raise TercetError(f"the simulation broke: {_told(log)}") from broken
        if not outcome.exists() or "Assertion failed" in log.read_text(encoding="utf-8"):
            raise TercetError(f"the simulation broke: {_told(log)}")
        found: dict[str, str] = json.loads(outcome.read_text(encoding="utf-8"))
        return found


def _told(log: Path) -> str:
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    telling = [line.strip() for line in lines if "Assertion failed" in line or "rror:" in line]
    return telling[0] if telling else "\n".join(lines[-3:])
