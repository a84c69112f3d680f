"""The open tools that turn the fabric into gates: yowasp's Yosys and nextpnr."""

import re
import subprocess
import sys
from os.path import relpath
from pathlib import Path

from tercet import assets
from tercet.targets.fabric.format.spec import FabricSpec
from tercet_cosim.build import sources

FOLDER = assets.build_root() / "area"


def run(tool: str, *words: str) -> str:
    """Run in the repository, below which a tool sees everything it needs; all that it prints."""
    program = Path(sys.executable).with_name(f"yowasp-{tool}")
    done = subprocess.run(
        [str(program), *words], cwd=assets.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:] or done.stdout[-2000:]
    return done.stdout + done.stderr


def version(tool: str) -> str:
    """Name and number, without where it was built."""
    found = re.search(r"(Yosys|nextpnr)[ -]([\d.]+)", run(tool, "--version"))
    assert found, f"{tool} does not say its version"
    return " ".join(found.groups())


def synthesize(spec: FabricSpec, script: str, *, top: str = "tct_top") -> None:
    """Read the RTL of one configuration with Yosys and run a script on it."""
    home = assets.ROOT
    FOLDER.mkdir(parents=True, exist_ok=True)
    files = " ".join(relpath(path, home) for path in sources.rtl())
    sizes = " ".join(f"-G {name}={value}" for name, value in spec.parameters.items())
    include = relpath(home / "rtl", home)
    read = f"read_slang -j 1 -D SYNTHESIS -I {include} {sizes} {files} --top {top}"
    run("yosys", "-Q", "-q", "-p", f"{read}; {script}")


def output(name: str) -> tuple[Path, str]:
    """A file that a tool writes: where it is, and what the tool calls it."""
    path = FOLDER / name
    return path, relpath(path, assets.ROOT)
