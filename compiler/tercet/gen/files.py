"""All generated files of the repository, by path."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tercet import assets
from tercet.cli.pages.matrix import markdown_page
from tercet.gen import checks, counters, frontends, schemas
from tercet.gen.rdl import RDL, elaborated, registers_page
from tercet.targets.fabric.format.render import generated as program_format
from tercet_signoff.registry import all_declared


def generated() -> dict[str, str]:
    """Text of every generated file by path: program format, registers, counters, pages, schemas."""
    top = elaborated(assets.ROOT / RDL)
    return {
        **program_format(),
        **_registers_rtl(),
        "runtime/include/tercet/csr.h": _registers_c(),
        "compiler/tercet/targets/fabric/format/registers.py": registers_page(
            top, "registers.py.j2"
        ),
        "docs/registers.md": registers_page(top, "registers.md.j2"),
        **counters.generated(top),
        "docs/operators.md": markdown_page(),
        **frontends.pages(),
        **checks.generated(all_declared()),
        **schemas.generated(all_declared()),
    }


def _peakrdl(command: str, out: Path, *options: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "peakrdl", command, RDL, "-o", str(out), *options],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=assets.ROOT,
    )


def _registers_rtl() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        _peakrdl("regblock", Path(folder), "--cpuif", "passthrough", "--default-reset", "rst_n")
        files = {
            f"rtl/gen/{path.name}": path.read_text(encoding="utf-8")
            for path in Path(folder).iterdir()
        }
    # There several processes write one structure, each its own part.
    path = "rtl/gen/tct_csr_regs.sv"
    files[path] = f"// verilator lint_off MULTIDRIVEN\n{files[path]}"
    return files


def _registers_c() -> str:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "csr.h"
        _peakrdl("c-header", out)
        return f"/* SPDX-License-Identifier: Apache-2.0 */\n{out.read_text(encoding='utf-8')}"
