"""The RTL's packages and the runtime's header, generated from the program format."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tercet import templates
from tercet.targets.fabric.format.frame import (
    FRAMES,
    WORDS,
    Bank,
    Bits,
    ErrorCode,
    Frame,
    Kind,
    Mode,
    Opcode,
)
from tercet.targets.fabric.format.tables import ENTRIES, Entry
from tercet.targets.fabric.format.widths import sizes

TEMPLATES = templates.of_package("tercet.targets.fabric.format")
_KEYWORDS = {"list": "first_entry", "end": "ends"}
"""Fields whose names are keywords of SystemVerilog or C, and their names there."""
_PATHS = (
    "rtl/gen/tct_pkg.sv",
    "rtl/gen/tct_frame_pkg.sv",
    "runtime/include/tercet/frame.h",
    "docs/program.md",
)


@dataclass(frozen=True)
class _Member:
    name: str
    width: int
    signed: bool


@dataclass(frozen=True)
class _Layout:
    name: str
    doc: str
    opcode: int
    members: tuple[_Member, ...]
    fields: Mapping[str, Bits]
    reserved: tuple[int, ...]


@dataclass(frozen=True)
class _EntryLayout:
    name: str
    doc: str
    members: tuple[_Member, ...]
    fields: Mapping[str, Bits]


def generated() -> dict[str, str]:
    """Every file made from the program format, by its path in the repository."""
    values = {
        "sizes": list(sizes()),
        "words": WORDS,
        "opcodes": list(Opcode),
        "banks": list(Bank),
        "errors": list(ErrorCode),
        "kinds": list(Kind),
        "modes": list(Mode),
        "frames": [_layout(f) for f in FRAMES],
        "entries": [_entry(e) for e in ENTRIES],
    }
    return {
        path: TEMPLATES.get_template(f"{path.rpartition('/')[2]}.j2").render(values)
        for path in _PATHS
    }


def _layout(frame: type[Frame]) -> _Layout:
    return _Layout(
        frame.__name__.lower(),
        (frame.__doc__ or "").splitlines()[0],
        int(frame.opcode),
        tuple(_members({**frame.layout(), "opcode": Bits(0, 0, 8, False, "")}, WORDS)),
        frame.layout(),
        tuple(frame.reserved()),
    )


def _entry(entry: type[Entry]) -> _EntryLayout:
    doc = (entry.__doc__ or "").splitlines()[0]
    layout = entry.layout()
    return _EntryLayout(entry.__name__.lower(), doc, tuple(_members(layout, 1)), layout)


def _members(layout: Mapping[str, Bits], words: int) -> Iterator[_Member]:
    """A packed struct's members, from the most significant bit down, with the gaps."""
    at = 64 * words
    spans = sorted(((64 * b.word + b.low, name) for name, b in layout.items()), reverse=True)
    for low, name in spans:
        b = layout[name]
        if gap := at - (low + b.width):
            yield _Member(f"unused_{low + b.width}", gap, False)
        yield _Member(_KEYWORDS.get(name, name), b.width, b.signed)
        at = low
