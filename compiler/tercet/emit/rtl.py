"""What the fabric needs to run a network: its sizes, its memory, where everything lies."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tercet import assets
from tercet.emit.render import environment
from tercet.fabric.frame import Frame
from tercet.plan import Plan, Program

TOP = "tercet_fabric"
_PORT = re.compile(r"^  (input|output) +logic +(\[[^]]+\] +)?(\w+),?$", re.MULTILINE)


@dataclass(frozen=True)
class _Port:
    direction: str
    range: str
    name: str


def emit(plan: Plan, name: str) -> Mapping[str, str | bytes]:
    """The files by path, besides the RTL itself.

    `tercet_fabric.sv`, the fabric with its sizes fixed; `<name>.json` for a host and a synthesis
    script; `<name>.bin`, the memory before anything runs, whose byte i belongs at address
    window[0] + i; `<name>.txt`, both programs frame by frame, to read.
    """
    env = environment("rtl/templates")
    env.filters["settings"] = _settings
    programs = (("setup", plan.setup), ("infer", plan.infer))
    return {
        "rtl/tercet_fabric.sv": env.get_template("tercet_fabric.sv.j2").render(
            spec=plan.spec, ports=_ports()
        ),
        f"{name}.json": json.dumps(_layout(plan), indent=2) + "\n",
        f"{name}.bin": plan.image()[plan.window[0] :].tobytes(),
        f"{name}.txt": env.get_template("program.txt.j2").render(
            name=name, plan=plan, programs=programs
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
        "setup": _program(plan.setup),
        "infer": _program(plan.infer),
        "input": {"address": plan.input_address, "bytes": plan.input_bytes},
        "output": {
            "address": plan.output_address,
            "bytes": plan.output_bytes,
            "type": plan.output_dtype,
        },
    }


def _program(program: Program) -> dict[str, int]:
    return {"address": program.address, "frames": len(program.frames)}
