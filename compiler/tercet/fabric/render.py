"""What is generated from the program format: the RTL's package and the runtime's header."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from tercet.fabric.frame import FRAMES, WORDS, Bank, Bits, ErrorCode, Frame, Opcode

TEMPLATES = Environment(
    loader=PackageLoader("tercet.fabric"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_PATHS = ("rtl/gen/tct_frame_pkg.sv", "runtime/include/tercet/frame.h", "docs/program.md")


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


def generated() -> dict[str, str]:
    """Every file made from the program format, by its path in the repository."""
    values = {
        "words": WORDS,
        "opcodes": list(Opcode),
        "banks": list(Bank),
        "errors": list(ErrorCode),
        "frames": [_layout(f) for f in FRAMES],
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
        tuple(_members(frame)),
        frame.layout(),
        tuple(frame.reserved()),
    )


def _members(frame: type[Frame]) -> Iterator[_Member]:
    """A packed struct's members, from the most significant bit down, gaps named `_n`."""
    at = 64 * WORDS
    spans = sorted(((64 * b.word + b.low, b, n) for n, b in frame.layout().items()), reverse=True)
    for low, b, name in [*spans, (0, Bits(0, 0, 8, False, ""), "opcode")]:
        if gap := at - (low + b.width):
            yield _Member(f"unused_{low + b.width}", gap, False)
        yield _Member(name, b.width, b.signed)
        at = low
