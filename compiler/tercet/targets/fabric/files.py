"""The files of a plan: the sized fabric, the memory image, and the map of both."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tercet import assets
from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Frame
from tercet.targets.fabric.program.plan import Plan, Port, Program
from tercet.targets.shared.render import environment

TOP = "tercet_fabric"
_PORT = re.compile(r"^  (input|output) +logic +(\[[^]]+\] +)?(\w+),?$", re.MULTILINE)


@dataclass(frozen=True)
class _Port:
    direction: str
    range: str
    name: str


def emit(plan: Plan, name: str) -> Mapping[str, str | bytes]:
    """The files of a plan by path, without the RTL itself.

    `tercet_fabric.sv`, the fabric with its sizes fixed; `<name>.json` for a host and a synthesis
    script; `<name>.bin`, the memory before anything runs, whose byte i belongs at address
    window[0] + i; `<name>.txt`, the layers and both programs frame by frame, to read.
    """
    env = environment("rtl/templates")
    env.filters["settings"] = _settings
    programs = (("setup", plan.setup), ("infer", plan.infer))
    layout = _layout(plan)
    return {
        "rtl/tercet_fabric.sv": env.get_template("tercet_fabric.sv.j2").render(
            spec=plan.spec, ports=_ports()
        ),
        f"{name}.json": json.dumps(layout, indent=2) + "\n",
        f"{name}.bin": plan.image()[plan.window[0] :].tobytes(),
        f"{name}.txt": env.get_template("program.txt.j2").render(
            name=name, plan=plan, programs=programs, layout=layout
        ),
    }


def _ports() -> list[_Port]:
    """The ports of the RTL's top, in order."""
    text = (assets.ROOT / "rtl" / "tct_top.sv").read_text(encoding="utf-8")
    return [_Port(d.ljust(6), r.strip().ljust(6), n) for d, r, n in _PORT.findall(text)]


def _settings(frame: Frame) -> str:
    """The fields of a frame that are not zero."""
    found = ((name, getattr(frame, name)) for name in frame.layout())
    return " ".join(f"{name}={int(value)}" for name, value in found if value)


def _layout(plan: Plan) -> dict[str, object]:
    return {
        "top": TOP,
        "parameters": plan.spec.parameters,
        "window": plan.window,
        "batch": plan.batch,
        "setup": _program(plan.setup),
        "infer": _program(plan.infer),
        "input": {
            "address": plan.input_address,
            "bytes": plan.input_bytes,
            "step": plan.input_step,
        },
        "output": {
            "address": plan.output_address,
            "bytes": plan.output_bytes,
            "step": plan.output_step,
        },
        "inputs": [_value(port, plan.input_address) for port in plan.inputs],
        "outputs": [_value(port, plan.output_address) for port in plan.outputs],
    }


def _program(program: Program) -> dict[str, int]:
    return {"address": program.address, "frames": len(program.frames)}


def _value(port: Port, base: int) -> dict[str, object]:
    """Address, type and order of one value's elements in memory."""
    return {
        "name": port.name,
        "address": base + port.address,
        "bytes": port.size,
        "type": np.dtype(port.dtype).name,
        "elements": port.count,
        "fill": port.fill,
        "places": runs(np.where(port.elements < port.count, port.elements, -1)),
    }


def runs(elements: IntArray) -> list[list[int]]:
    """Numbers as runs [first, step, count], greedily as few as one number of look-ahead finds."""
    found: list[list[int]] = []
    for element in map(int, elements):
        if found and _goes_on(found[-1], element):
            found[-1][2] += 1
        else:
            found.append([element, 0, 1])
    return found


def _goes_on(run: list[int], element: int) -> bool:
    first, step, count = run
    if count == 1 and (first < 0) == (element < 0):
        run[1] = element - first
        return True
    return element == first + step * count
