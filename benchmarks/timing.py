"""The clock that `nextpnr-ecp5` finds for a whole fabric on a Lattice ECP5, placed and routed."""

import json
import re
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from benchmarks import tools
from benchmarks.figures import Figures
from tercet.targets.fabric.format.spec import NAMED, FabricSpec

TARGET = 100
"""MHz."""
FABRICS = ("tfmbs",)
DEVICE = ("--85k", "--package", "CABGA756")
"""The ECP5 that has a pin for each bit of both buses: 83,640 LUTs."""
GRADES = (8, 6)
"""Speed grades, the fastest one, which the target is for, and the slowest one."""
SEED = 1


@dataclass(frozen=True)
class Timing:
    """One configuration, placed and routed."""

    mhz: float
    used: dict[str, int]
    """Cells, by nextpnr's names of their kinds."""
    path: tuple[str, str]
    """Where the longest path begins and ends."""


def run() -> Figures:
    """Place and route."""
    rows = []
    for name, grade in product(FABRICS, GRADES):
        found = measure(NAMED[name], grade)
        rows.append(
            (
                name,
                f"{grade}",
                f"{found.mhz:.1f}",
                f"{TARGET}" if grade == GRADES[0] else "",
                *(
                    f"{found.used[kind]:,}"
                    for kind in ("TRELLIS_COMB", "TRELLIS_FF", "DP16KD", "MULT18X18D")
                ),
                " to ".join(f"`{end}`" for end in found.path),
            )
        )
    return Figures(
        "Timing: the whole fabric on a Lattice ECP5",
        (
            "fabric",
            "speed grade",
            "Fmax, MHz",
            "target",
            "TRELLIS_COMB",
            "FFs",
            "DP16KD",
            "MULT18X18D",
            "longest path",
        ),
        tuple(rows),
        (
            f"{tools.version('yosys')}, `synth_ecp5`; {tools.version('nextpnr-ecp5')}: LFE5U-85F,"
            f" seed {SEED}; from register to register.",
        ),
    )


@cache
def _netlist(spec: FabricSpec) -> str:
    _, netlist = tools.output(f"{spec.name}-ecp5.json")
    tools.synthesize(spec, f"synth_ecp5 -top tct_top -json {netlist}")
    return netlist


def measure(spec: FabricSpec, grade: int) -> Timing:
    """Synthesize, place and route one configuration."""
    path, report = tools.output(f"{spec.name}-ecp5-{grade}.report")
    tools.run(
        "nextpnr-ecp5",
        *DEVICE,
        *(
            "--speed",
            f"{grade}",
            "--json",
            _netlist(spec),
            "--report",
            report,
            "--seed",
            f"{SEED}",
            "--freq",
            f"{TARGET * 1.1}",
        ),
        *("--lpf-allow-unconstrained", "--timing-allow-fail", "--quiet"),
    )
    return read(json.loads(path.read_text(encoding="utf-8")))


def read(report: dict[str, Any]) -> Timing:
    """What a report of nextpnr says; its only clock is the fabric's."""
    (clock,) = report["fmax"].values()
    (path,) = (p["path"] for p in report["critical_paths"] if _clocked(p["from"], p["to"]))
    return Timing(
        mhz=clock["achieved"],
        used={kind: count["used"] for kind, count in report["utilization"].items()},
        path=(_signal(path[0]["from"]["cell"]), _signal(path[-1]["to"]["cell"])),
    )


def _clocked(*ends: str) -> bool:
    return all(end.startswith("posedge") for end in ends)


def _signal(cell: str) -> str:
    """The name that a designer gave, without what the tools made of it."""
    return re.split(r"_(?:TRELLIS|LUT4|PFUMX|CCU2C|L6MUX21|DP16KD|MULT18X18D)|\.\d", cell)[0]
