"""What the fabric stops with an error, the model refuses: the same frame, for the same reason."""

import re

import numpy as np
import pytest

from scenarios.bad_programs import bad_programs
from scenarios.good_program import Bad, good
from tercet.targets.fabric.format.frame import FRAME_BYTES, FRAMES, ErrorCode, Frame
from tercet_golden.cycles import Machine

MODELLED = (ErrorCode.MASK, ErrorCode.SIZE, ErrorCode.BANK, ErrorCode.PT5)
"""Codes of what the model knows; the others are of the bus, the window and the dispatcher."""
BAD = [bad for bad in bad_programs() if bad.code in MODELLED and bad.frames is None]


def decoded(data: bytes) -> list[Frame]:
    kinds = {int(kind.opcode): kind for kind in FRAMES}
    parts = [data[at : at + FRAME_BYTES] for at in range(0, len(data), FRAME_BYTES)]
    return [kinds[part[0]].decode(part) for part in parts]


@pytest.mark.parametrize("bad", BAD, ids=[bad.name for bad in BAD])
def test_the_model_refuses_what_the_fabric_stops(bad: Bad) -> None:
    plan, machine = good().plan, Machine(good().plan.spec)
    memory = np.concatenate([plan.image(), np.zeros(1 << 14, np.uint8)])
    for address, data in ((plan.input_address, good().input), *bad.poke.items()):
        memory[address : address + len(data)] = np.frombuffer(data, np.uint8)
    program = bad.program(plan)
    if not bad.setup:
        setup = list(plan.setup.frames)
        before = decoded(bad.before(setup)) if bad.before is not None else setup
        machine.run(plan.setup.address, before, memory)
    with pytest.raises(ValueError, match=rf"frame {bad.frame}\b") as found:
        machine.run(program.address, decoded(bad.spoil(list(program.frames))), memory)
    named = re.search(r"\((mask|size|bank|pt5)\)$", str(found.value))
    assert named is None or named[1] == bad.code.name.lower(), found.value
