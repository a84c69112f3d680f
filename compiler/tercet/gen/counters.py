"""The RTL package, the Python list and the C header of the telemetry counters, from the RDL.

A counter is a register with a `source` in a register file with a `group`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from systemrdl.node import AddrmapNode, RegfileNode, RegNode

from tercet.gen.rdl import RDL, name_of, registers_of
from tercet.targets.fabric.format.render import TEMPLATES

COUNTER_BYTES = 8
_PATHS = (
    "rtl/gen/tct_counter_pkg.sv",
    "compiler/tercet/targets/fabric/format/counters.py",
    "runtime/include/tercet/counters.h",
)


@dataclass(frozen=True)
class Counter:
    """A counter of the fabric, or the same counter of every tile or lane."""

    name: str
    register: str
    """Name of the register in the Python module of registers."""
    place: int
    """Its number among the counters of its group."""
    address: int
    """Byte address; that of tile 0 and lane 0 if there are several."""
    source: str
    """The signal that is added to it in every cycle."""
    most: int
    """The most that is added in a cycle; 0 for a counter that a read computes from others."""
    title: str

    @property
    def width(self) -> int:
        """Bits of the source."""
        return self.most.bit_length()

    @property
    def range(self) -> str:
        """The packed dimension of the source in SystemVerilog."""
        return f"[{self.width - 1}:0] " if self.width > 1 else ""

    @property
    def camel(self) -> str:
        return self.name.title().replace("_", "")


@dataclass(frozen=True)
class Group:
    """The counters of the fabric, of a tile or of a lane."""

    name: str
    base: int
    """Byte address of the first group of this kind, relative to the telemetry's base."""
    stride: int
    """Bytes from one group to the next."""
    count: int
    """Groups of this kind that the register map has room for."""
    counters: tuple[Counter, ...]

    @property
    def single(self) -> str:
        """A bit for each place, highest first: 1 for at most one event a cycle, or no counter."""
        many = {c.place for c in self.counters if c.most > 1}
        return "".join("01"[p not in many] for p in reversed(range(self.stride // COUNTER_BYTES)))


def generated(top: AddrmapNode) -> dict[str, str]:
    """Every file made from the counters, by its path in the repository."""
    fabric, tile, lane = groups_of(top)
    values = {
        "groups": (fabric, tile, lane),
        "fabric": fabric,
        "tile": tile,
        "lane": lane,
        "slots": tile.stride // COUNTER_BYTES,
        "lanes_a_tile": lane.count // tile.count,
        "most": max(c.most for g in (fabric, tile) for c in g.counters),
        "rdl": RDL,
    }
    return {
        path: TEMPLATES.get_template(f"{path.rpartition('/')[2]}.j2").render(values)
        for path in _PATHS
    }


def groups_of(top: AddrmapNode) -> tuple[Group, Group, Group]:
    """The groups of the fabric, a tile and a lane. Raises ValueError if the RTL can't hold them."""
    found: dict[str, list[tuple[RegfileNode, Counter]]] = {"fabric": [], "tile": [], "lane": []}
    for file, node in _counters(top):
        group = str(file.get_property("group"))
        if group not in found:
            raise ValueError(f"{node.get_path()}: group is {group!r}, of {', '.join(found)}")
        found[group].append((file, _counter(file, node)))
    tile = _group("tile", found["tile"])
    # The fabric's group takes as much room as a tile's: the counter memory has rows of one size.
    fabric = _group("fabric", found["fabric"], tile.stride)
    lane = _group("lane", found["lane"])
    if [c.most for c in lane.counters] != [1, 0]:
        raise ValueError("a lane has one stored counter of single events, and one computed from it")
    return fabric, tile, lane


def _counters(top: AddrmapNode) -> Iterator[tuple[RegfileNode, RegNode]]:
    for node in registers_of(top):
        parent = node.parent
        if isinstance(parent, RegfileNode) and parent.get_property("group", default=None):
            if not node.get_property("source", default=None):
                raise ValueError(f"{node.get_path()}: a counter needs a source")
            yield parent, node


def _counter(file: RegfileNode, node: RegNode) -> Counter:
    return Counter(
        name=node.inst_name.lower(),
        register=name_of(node),
        place=node.address_offset // COUNTER_BYTES,
        address=node.raw_absolute_address,
        source=str(node.get_property("source")),
        most=cast(int, node.get_property("most")),
        title=str(node.get_property("name")),
    )


def _group(name: str, found: Sequence[tuple[RegfileNode, Counter]], stride: int = 0) -> Group:
    file, counters = found[0][0], tuple(counter for _, counter in found)
    stride = file.array_stride or stride
    places = stride // COUNTER_BYTES
    if [c.place for c in counters] != list(range(len(counters))) or len(counters) > places:
        raise ValueError(f"counters of a {name} lie one behind the other, {places} at most")
    base = file.raw_address_offset if file.is_array else 0
    count = file.array_dimensions[0] if file.array_dimensions else 1
    return Group(name, base, stride, count, counters)
