"""The register map itself: who wins where host and hardware meet in one field."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from systemrdl.compiler import RDLCompiler
from systemrdl.node import FieldNode, Node
from systemrdl.rdltypes.builtin_enums import AccessType, PrecedenceType

from tercet import assets
from tercet.gen.rdl import RDL

EVENTS = ("hwset", "hwclr", "counter", "intr", "we", "wel")
"""Properties by which hardware changes what a field holds."""


def fields_of(top: Node) -> Iterator[FieldNode]:
    yield from (node for node in top.descendants() if isinstance(node, FieldNode))


def met(field: FieldNode) -> bool:
    """Host and hardware both change what the field holds."""
    by_hardware = field.is_hw_writable or any(field.get_property(name) for name in EVENTS)
    return bool(field.is_sw_writable and by_hardware)


def losing(top: Node) -> list[str]:
    """Fields in which a write by the host undoes what hardware sets in the same cycle."""
    return [
        field.get_path()
        for field in fields_of(top)
        if met(field) and field.get_property("precedence") is not PrecedenceType.hw
    ]


def compiled(text: str | None = None) -> Node:
    compiler = RDLCompiler()
    compiler.compile_file(str(assets.ROOT / RDL) if text is None else text)
    top: Node = compiler.elaborate().top
    return top


def test_hardware_wins_in_every_field_that_the_host_writes_too() -> None:
    top = compiled()
    assert [field.get_path() for field in fields_of(top) if met(field)], "no such field"
    assert not losing(top), "say precedence = hw"


@pytest.mark.parametrize(
    "kind",
    [
        "hw = r; hwset; woclr",
        "hw = r; hwclr",
        "hw = rw; we",
        "hw = r; hwset; rclr",
        "hw = r; counter",
    ],
)
def test_a_field_in_which_the_host_wins_is_found(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "losing.rdl"
    path.write_text(f"addrmap losing {{ reg {{ field {{ sw = rw; {kind}; }} done[4] = 0; }} R; }};")
    assert losing(compiled(str(path))) == ["losing.R.done"]


def test_what_hardware_alone_writes_holds_nothing_the_host_could_undo() -> None:
    for field in fields_of(compiled()):
        if field.get_property("sw") is AccessType.r:
            assert not met(field)
