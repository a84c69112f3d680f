"""LUTs, flip-flops and memories of every named configuration, by `yosys synth_xilinx`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks import tools
from benchmarks.figures import Figures
from tercet.targets.fabric.format.spec import NAMED, FabricSpec

TARGETS = {"tfmbs": 120, "small": 90, "large": 70}
"""LUTs a lane: set for a fabric that held whole networks, before tiles walked tables."""
MULTIPLY = "tct_post.sv"
"""The only file with multipliers."""
TFMBS = 198
"""LUTs a lane that TFMBS was measured to need, without bus master or requantization."""
LUTS_OF = {
    **{f"LUT{n}": 1 for n in range(1, 7)},
    **{"RAM32M": 4, "RAM64M": 4, "RAM32X1D": 2, "RAM64X1D": 2, "RAM128X1D": 4},
    **{"RAM32X1S": 1, "RAM64X1S": 1, "SRL16E": 1, "SRLC32E": 1},
}
"""Look-up tables that a cell takes: logic, memories, shift registers."""


@dataclass(frozen=True)
class Area:
    """Cells of one configuration."""

    luts: int
    lut_rams: int
    """Of these LUTs, those that hold memories or shift registers."""
    inverters: int
    """Yosys leaves them as cells of their own; a vendor's tool merges them into LUTs."""
    flops: int
    brams: float
    """In units of 36 Kibit."""
    dsps: int
    latches: int


def run() -> Figures:
    rows = []
    for spec in NAMED.values():
        area, more = measure(spec), measure(replace(spec, telemetry=2))
        lanes = spec.tiles * spec.lanes
        rows.append(
            (
                spec.name,
                f"{spec.tiles} x {spec.lanes}",
                f"{area.luts:,}",
                f"{area.luts / lanes:.1f}",
                f"{TARGETS[spec.name]}",
                f"{area.lut_rams:,}",
                f"{area.inverters:,}",
                f"{area.flops:,}",
                f"{area.brams:g}",
                f"{area.dsps}",
                f"{area.latches}",
                f"+{(more.luts - area.luts) / lanes:.1f}",
                f"+{(more.flops - area.flops) / lanes:.1f}",
            )
        )
    return Figures(
        "Area: everything in, TELEMETRY=1, ACC_W=24",
        (
            "fabric",
            "tiles x lanes",
            "LUTs",
            "a lane",
            "target",
            "of them RAM",
            "INV besides",
            "FFs",
            "RAMB36",
            "DSPs",
            "latches",
            "TELEMETRY=2: LUTs a lane",
            "FFs a lane",
        ),
        tuple(rows),
        (
            f"{tools.version('yosys')}, `synth_xilinx -family xc7 -flatten`; LUTs include those of"
            f" LUT RAM and shift registers. TFMBS: {TFMBS} a lane. The targets were set for a"
            " fabric that held whole networks and no tables;"
            f" {_missed(rows)}. Every multiplier is in post-processing; that is checked.",
        ),
    )


def _missed(rows: Sequence[Sequence[str]]) -> str:
    """Which configurations need more than their target."""
    missed = [row[0] for row in rows if float(row[3]) > TARGETS[row[0]]]
    return f"missed by {', '.join(missed)}" if missed else "all are met"


def measure(spec: FabricSpec) -> Area:
    """Synthesize one configuration. Fails if it multiplies outside of post-processing."""
    path, name = tools.output(f"{spec.name}-{spec.telemetry}.stat")
    tools.synthesize(
        spec,
        f"select -assert-none t:$mul a:src=*{MULTIPLY}* %d;"
        f" synth_xilinx -family xc7 -flatten -top tct_top; tee -o {name} stat -tech xilinx",
    )
    return cells(path.read_text(encoding="utf-8"))


def cells(text: str) -> Area:
    """Read what yosys' `stat` printed."""
    found = {name: int(n) for n, name in re.findall(r"^\s+(\d+)\s+([A-Z][A-Z0-9_]+)$", text, re.M)}
    assert found, f"yosys printed no cells: {text[-300:]}"
    luts = _sum(found, LUTS_OF)
    return Area(
        luts=luts,
        lut_rams=luts - _sum(found, {name: 1 for name in LUTS_OF if name.startswith("LUT")}),
        inverters=found.get("INV", 0),
        flops=sum(n for name, n in found.items() if name.startswith("FD")),
        brams=found.get("RAMB36E1", 0) + found.get("RAMB18E1", 0) / 2,
        dsps=found.get("DSP48E1", 0),
        latches=found.get("LDCE", 0) + found.get("LDPE", 0),
    )


def _sum(found: Mapping[str, int], weights: Mapping[str, int]) -> int:
    return sum(found.get(name, 0) * weight for name, weight in weights.items())
