"""How long the planner takes, and how much memory, as images grow."""

import json
import resource
import subprocess
import sys
from time import process_time

from benchmarks.figures import Figures
from tercet import assets, frontends, passes
from tercet.errors import CapacityError
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.planner import make

FABRIC = "small"
LARGER = {"ResNet-18": f"{FABRIC},bank_a_depth=8192,bank_b_depth=16384,out_depth=2048"}
"""Where the named one is too small: a window of 3 x 3 x 512 has 4,608 weight columns."""
SIDES = (32, 64, 128, 224, 512)


def run() -> Figures:
    """A row for every network and side, each in a process of its own."""
    from benchmarks.large_networks import NETWORKS

    rows = [_row(name, side) for name in NETWORKS for side in SIDES]
    return Figures(
        "Planning: processor seconds as images grow",
        ("network", "fabric", "side", "capture, s", "plan, s", "MB before", "MB, peak", "EXECs"),
        tuple(rows),
        (
            "One process a row; the time to import Python packages is left out."
            " Capture and passes come before the plan, and so does the first peak of memory.",
        ),
    )


def _row(name: str, side: int) -> tuple[str, ...]:
    command = [sys.executable, "-m", "benchmarks.planning", name, str(side)]
    done = subprocess.run(command, cwd=assets.ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    before, planned = (f"{seconds:.1f}" for seconds in found["seconds"])
    least, most = (f"{peak:,.0f}" for peak in found["peaks"])
    return name, LARGER.get(name, FABRIC), str(side), before, planned, least, most, found["outcome"]


def measured(name: str, side: int) -> dict[str, object]:
    """Processor seconds and peaks (MB) of a network, before and behind its planning."""
    from benchmarks.large_networks import NETWORKS

    model = NETWORKS[name](side).calibrated()
    began = process_time()
    module = passes.run(frontends.load(model, (model.example(),)))
    before, least = process_time(), _peak()
    try:
        outcome = f"{len(make(module, named(LARGER.get(name, FABRIC))).infer.execs):,}"
    except CapacityError as error:
        outcome = f"refused: {error}"
    return {
        "seconds": (before - began, process_time() - before),
        "peaks": (least, _peak()),
        "outcome": outcome,
    }


def _peak() -> float:
    """Megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], int(sys.argv[2]))))
