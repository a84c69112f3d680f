"""What the fabric needs to run a network: its parameters, its memory, where everything lies."""

import json
from collections.abc import Mapping

from tercet.plan import Plan, Program

TOP = "tct_top"


def emit(plan: Plan, name: str) -> Mapping[str, str | bytes]:
    """The files by path: `<name>.json` for a host and a synthesis script, `<name>.bin` for memory.

    Byte i of the memory belongs at address window[0] + i, before the set-up program runs.
    """
    return {f"{name}.json": json.dumps(_layout(plan), indent=2) + "\n", f"{name}.bin": image(plan)}


def image(plan: Plan) -> bytes:
    """The memory window: weights, parameters and both programs; zeros elsewhere."""
    first, end = plan.window
    memory = bytearray(end - first)
    programs = [(program.address, program.data) for program in (plan.setup, plan.infer)]
    for address, data in [*((s.address, s.data) for s in plan.segments), *programs]:
        memory[address - first : address - first + len(data)] = data
    return bytes(memory)


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
