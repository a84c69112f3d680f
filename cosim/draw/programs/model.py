"""The expected outcome of a program by the cycle model."""

from draw.programs.compare import Expected, Values
from draw.programs.program import RandomProgram
from tercet_golden.cycles import Machine
from tercet_golden.cycles.predict import DOORBELL


def expected(program: RandomProgram) -> Expected:
    """The outcome on a fabric after power-up. Raises ValueError if the program breaks a rule."""
    memory = program.memory.copy()
    machine = Machine(program.spec)
    ran = machine.run(
        program.address, program.frames, memory, program.latency, records=program.records
    )
    times = {r.number: r.time.cycles for r in ran.frames if r.time is not None}
    heard = {r.number: r.heard for r in ran.frames if r.heard is not None}
    return Expected(
        memory=memory,
        cycles=ran.cycles + DOORBELL,
        counters=ran.counters,
        frames=times,
        values={number: Values(each.results, each.sums) for number, each in heard.items()},
    )
