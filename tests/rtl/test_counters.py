"""The telemetry counters: one entry of the RDL each, and everything else is made from it."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

import tercet.targets.fabric.format
from tercet import assets
from tercet.gen.counters import generated
from tercet.gen.rdl import RDL, elaborated, registers_page
from tercet.targets.fabric.format import registers

PACKAGE = "rtl/gen/tct_counter_pkg.sv"
PYTHON = "compiler/tercet/targets/fabric/format/counters.py"
HEADER = "runtime/include/tercet/counters.h"
LAST = {"fabric": "PASSES @ 0x030;", "tile": "IDLE @ 0x20;", "lane": "SKIPPED @ 0x08;"}
"""Where another counter of a group follows."""
LATE = 'counter #(.title("Late"), .source("late"), .most(9)) LATE @ 0x38;'
HELD = 'counter #(.title("Held"), .source("held"), .most(1)) HELD @ 0x28;'


def files(folder: Path, **more: str) -> dict[str, str]:
    """Everything that is made from the RDL with another counter behind those of a group."""
    text = (assets.ROOT / RDL).read_text(encoding="utf-8")
    for group, counter in more.items():
        assert LAST[group] in text
        text = text.replace(LAST[group], f"{LAST[group]}\n{counter}")
    path = folder / "more.rdl"
    path.write_text(text, encoding="utf-8")
    top = elaborated(path)
    return {**generated(top), "registers": registers_page(top, "registers.py.j2")}


def module(name: str, text: str) -> ModuleType:
    made = ModuleType(name)
    sys.modules[name] = made
    exec(compile(text, name, "exec"), made.__dict__)
    return made


def test_the_rtl_carries_a_counter_that_the_rdl_has_more(tmp_path: Path) -> None:
    text = files(tmp_path, fabric=LATE, tile=HELD)[PACKAGE]
    for line in (
        "localparam int unsigned FabricCounters = 8;",
        "localparam int unsigned TileCounters = 6;",
        "FabricLate = 3'd7",
        "TileHeld = 3'd5",
        "logic [3:0] late;",
        "logic held;",
        "FabricSingle = 8'b01011111;",
        "TileSingle = 8'b11110010;",
        "localparam int unsigned Most = 9;",
        "fabric_increments[FabricLate] = IncW'(events.late);",
        "tile_increments[TileHeld] = IncW'(events.held);",
    ):
        assert line in text, line


def test_python_reads_a_counter_that_the_rdl_has_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = files(tmp_path, fabric=LATE, tile=HELD)
    monkeypatch.setitem(sys.modules, "tercet.targets.fabric.format.registers", registers)
    more = module("tercet.targets.fabric.format.registers", made["registers"])
    monkeypatch.setattr(tercet.targets.fabric.format, "registers", more)
    monkeypatch.setitem(sys.modules, "more", None)
    found = list(module("more", made[PYTHON]).addresses(2, 5, 1))
    assert found[7] == ("late", 0x10038)
    assert [entry for entry in found if "held" in entry[0]] == [
        ("tile0.held", 0x11028),
        ("tile1.held", 0x11068),
    ]


def test_c_has_the_address_of_a_counter_that_the_rdl_has_more(tmp_path: Path) -> None:
    text = files(tmp_path, fabric=LATE, tile=HELD)[HEADER]
    assert "#define TERCET_COUNTER_LATE 0x10038u" in text
    assert "#define TERCET_COUNTER_TILE_HELD(tile) (0x11028u + 0x40u * (tile))" in text


def test_nothing_but_the_rdl_and_what_is_made_of_it_names_a_counter() -> None:
    homes = ("rtl", "compiler", "golden", "cosim", "runtime", "benchmarks")
    suffixes = {".sv", ".svh", ".rdl", ".py", ".h", ".c", ".cpp", ".j2"}
    found = {
        str(path.relative_to(assets.ROOT))
        for home in homes
        for path in (assets.ROOT / home).rglob("*")
        if path.suffix in suffixes and named(path.read_text(encoding="utf-8"))
    }
    made = {PACKAGE, PYTHON, HEADER, "runtime/include/tercet/csr.h"}
    assert found == {RDL, *made, "compiler/tercet/targets/fabric/format/registers.py"}


def named(text: str) -> bool:
    """It has the name of a counter that is called like nothing else."""
    return any(name in text for name in ("BUS_STALLS", "bus_stalls", "BusStalls"))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"tile": HELD.replace('"held"', '""')}, "a counter needs a source"),
        ({"tile": HELD.replace("0x28", "0x30")}, "one behind the other"),
        ({"fabric": f"{LATE}\n{HELD.replace('0x28', '0x40')}"}, "8 at most"),
    ],
    ids=["no source", "a gap", "too many"],
)
def test_a_counter_that_the_rtl_cannot_hold_is_refused(
    tmp_path: Path, more: dict[str, str], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        files(tmp_path, **more)


def test_a_second_counter_that_a_lane_would_keep_is_refused(tmp_path: Path) -> None:
    text = (assets.ROOT / RDL).read_text(encoding="utf-8")
    path = tmp_path / "lane.rdl"
    path.write_text(text.replace(".most(0)", ".most(1)"), encoding="utf-8")
    with pytest.raises(ValueError, match="a lane has one stored counter"):
        generated(elaborated(path))
