"""Programs whose frames are recorded."""

from dataclasses import replace

import numpy as np

from draw.programs.program import RandomProgram
from tercet.targets.fabric.format.records import RECORD_BYTES

PAGE = 4096


def recorded(program: RandomProgram) -> RandomProgram:
    """The program with its records in memory behind its data."""
    address = -(-max(program.window[1], len(program.memory)) // PAGE) * PAGE
    pages = -(-RECORD_BYTES * len(program.frames) // PAGE)
    end = address + PAGE * pages
    memory = np.zeros(end, np.uint8)
    memory[: len(program.memory)] = program.memory
    return replace(program, memory=memory, window=(program.window[0], end), records=address)
