"""The registers of the fabric, from its RDL source."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from systemrdl.compiler import RDLCompiler
from systemrdl.node import AddressableNode, AddrmapNode, FieldNode, RegNode

from tercet.targets.fabric.format.render import TEMPLATES

RDL = "rtl/csr/tct_csr_regs.rdl"


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
        """Fields that are smaller than their register."""
        return tuple(f for f in self.fields if f.name not in ("VALUE", "COUNT"))


def elaborated(source: Path) -> AddrmapNode:
    """The register map that an RDL file describes."""
    compiler = RDLCompiler()
    compiler.compile_file(str(source))
    return compiler.elaborate().top


def registers_page(top: AddrmapNode, template: str) -> str:
    """All registers of a map, in address order, placed by a template."""
    registers = [_register(node) for node in registers_of(top)]
    return TEMPLATES.get_template(template).render(registers=registers).rstrip("\n") + "\n"


def registers_of(top: AddrmapNode) -> Iterator[RegNode]:
    """Every register in address order; an array of registers counts once."""
    for node in top.descendants(unroll=False):
        if isinstance(node, RegNode):
            yield node


def name_of(node: RegNode) -> str:
    """Name of a register: the names on its path, without that of the map."""
    return "_".join(n.inst_name for n in _path(node))


def _register(node: RegNode) -> _Register:
    above = [n for n in _path(node) if n.is_array]
    counts = tuple(n.array_dimensions[0] for n in above if n.array_dimensions)
    strides = tuple(n.array_stride for n in above)
    args = [f"0x{node.raw_absolute_address:X}", str(node.size * 8)]
    if counts:
        args += [repr(counts), repr(strides)]
    name = name_of(node)
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
