"""One random program, frame by frame: `PYTHONPATH=cosim python -m draw.programs SEED FABRIC`.

`--waves FOLDER` keeps a waveform.
"""

import argparse
from pathlib import Path

from draw.programs.compare import described
from draw.programs.draw import draw
from draw.programs.run import differences
from tercet.targets.fabric.format.frame import Exec
from tercet.targets.fabric.format.spec import named


def main() -> None:
    """Print the program, then its difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("fabric")
    parser.add_argument("--waves", type=Path, help="a folder for a waveform")
    given = parser.parse_args()
    spec = named(given.fabric)
    for number, frame in enumerate(draw(given.seed, spec).frames):
        waits = f"after {frame.wait_load}, {frame.wait_exec}, {frame.wait_store}"
        what = described(frame) if isinstance(frame, Exec) else frame.opcode.name
        print(f"{number:3} {waits:18} {what}")
    told = differences(spec, [given.seed], waves=given.waves)
    print(told.get(given.seed, "no difference"))


if __name__ == "__main__":
    main()
