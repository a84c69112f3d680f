"""All generated files of the repository, by path."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from systemrdl.compiler import RDLCompiler
from systemrdl.node import AddressableNode, RegNode

from tercet import assets
from tercet.fabric.render import generated as program_format

RDL = "rtl/csr/tct_csr_regs.rdl"


def generated() -> dict[str, str]:
    """Program format, registers in RTL, C and Python."""
    return {
        **program_format(),
        **_registers_rtl(),
        "runtime/include/tercet/csr.h": _registers_c(),
        "compiler/tercet/fabric/registers.py": _registers_python(),
    }


def _peakrdl(command: str, out: Path, *options: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "peakrdl", command, RDL, "-o", str(out), *options],
        check=True,
        capture_output=True,
        text=True,
        cwd=assets.ROOT,
    )


def _registers_rtl() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        _peakrdl("regblock", Path(folder), "--cpuif", "passthrough", "--default-reset", "rst_n")
        files = {f"rtl/gen/{path.name}": path.read_text() for path in Path(folder).iterdir()}
    # One structure is written by several processes there, each a part of its own.
    path = "rtl/gen/tct_csr_regs.sv"
    files[path] = f"// verilator lint_off MULTIDRIVEN\n{files[path]}"
    return files


def _registers_c() -> str:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "csr.h"
        _peakrdl("c-header", out)
        return f"/* SPDX-License-Identifier: Apache-2.0 */\n{out.read_text()}"


@dataclass(frozen=True)
class _Register:
    name: str
    args: str
    fields: tuple["_Field", ...]


@dataclass(frozen=True)
class _Field:
    name: str
    low: int
    width: int


def _registers_python() -> str:
    env = Environment(
        loader=PackageLoader("tercet.fabric"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    text = env.get_template("registers.py.j2").render(registers=list(_walk()))
    return text.rstrip("\n") + "\n"


def _walk() -> Iterator[_Register]:
    compiler = RDLCompiler()
    compiler.compile_file(str(assets.ROOT / RDL))
    for node in compiler.elaborate().top.descendants(unroll=False):
        if isinstance(node, RegNode):
            yield _register(node)


def _register(node: RegNode) -> _Register:
    above = [n for n in _path(node) if n.is_array]
    counts = tuple(n.array_dimensions[0] for n in above if n.array_dimensions)
    strides = tuple(n.array_stride for n in above)
    args = [f"0x{node.raw_absolute_address:X}", str(node.size * 8)]
    if counts:
        args += [repr(counts), repr(strides)]
    name = "_".join(n.inst_name for n in _path(node))
    names = [f for f in node.fields() if f.inst_name not in ("value", "count")]
    fields = tuple(_Field(f.inst_name.upper(), f.low, f.width) for f in names)
    return _Register(name, ", ".join(args), fields)


def _path(node: AddressableNode) -> list[AddressableNode]:
    """The nodes from below the top down to this one."""
    parent = node.parent
    above = _path(parent) if isinstance(parent, AddressableNode) and parent.parent else []
    return [*(n for n in above if isinstance(n.parent, AddressableNode)), node]
