"""All generated files of the repository, by path."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from systemrdl.compiler import RDLCompiler
from systemrdl.node import AddressableNode, FieldNode, RegNode

from tercet import assets
from tercet.cli.pages.matrix import markdown_page
from tercet.gen import checks, schemas
from tercet.targets.fabric.format.render import TEMPLATES
from tercet.targets.fabric.format.render import generated as program_format
from tercet_signoff.registry import all_declared

RDL = "rtl/csr/tct_csr_regs.rdl"


def generated() -> dict[str, str]:
    """Program format, registers in RTL, C and Python, operators, checks and schemas."""
    return {
        **program_format(),
        **_registers_rtl(),
        "runtime/include/tercet/csr.h": _registers_c(),
        "compiler/tercet/targets/fabric/format/registers.py": _registers("registers.py.j2"),
        "docs/registers.md": _registers("registers.md.j2"),
        "docs/operators.md": markdown_page(),
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
    # One structure is written by several processes there, each a part of its own.
    path = "rtl/gen/tct_csr_regs.sv"
    files[path] = f"// verilator lint_off MULTIDRIVEN\n{files[path]}"
    return files


def _registers_c() -> str:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "csr.h"
        _peakrdl("c-header", out)
        return f"/* SPDX-License-Identifier: Apache-2.0 */\n{out.read_text(encoding='utf-8')}"


@dataclass(frozen=True)
class _Field:
    name: str
    low: int
    width: int
    access: str
    doc: str

    @property
    def bits(self) -> str:
        return f"{self.low + self.width - 1}:{self.low}"


@dataclass(frozen=True)
class _Register:
    name: str
    title: str
    where: str
    args: str
    fields: tuple[_Field, ...]

    @property
    def named_fields(self) -> tuple[_Field, ...]:
        """Fields that are a part of their register, not all of it."""
        return tuple(f for f in self.fields if f.name not in ("VALUE", "COUNT"))


def _registers(template: str) -> str:
    text = TEMPLATES.get_template(template).render(registers=list(_walk()))
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
    terms = zip("ij", strides, strict=False)
    where = "".join([args[0], *(f" + 0x{stride:X} {term}" for term, stride in terms)])
    title = node.get_property("name") or node.parent.get_property("name")
    fields = tuple(_field(f) for f in node.fields())
    return _Register(name, title, where, ", ".join(args), fields)


def _field(node: FieldNode) -> _Field:
    access = "write one to clear" if node.get_property("onwrite") else node.get_property("sw").name
    doc = " ".join((node.get_property("desc") or "").split())
    return _Field(node.inst_name.upper(), node.low, node.width, access, doc)


def _path(node: AddressableNode) -> list[AddressableNode]:
    """The nodes from below the top down to this one."""
    parent = node.parent
    above = _path(parent) if isinstance(parent, AddressableNode) and parent.parent else []
    return [*(n for n in above if isinstance(n.parent, AddressableNode)), node]
