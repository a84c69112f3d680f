"""Scenarios of a program's end under load: interrupts, soft resets, resets."""

import numpy as np

from scenarios.bundle.bench import SOFT_RESET, START, Bench
from tercet.targets.fabric.format import registers as reg

SLOW = 0.7
"""The share of the handshakes that memory holds back."""
TIMES = 8
"""The number of tries at random cycles."""


async def an_interrupt_outlives_a_write_that_meets_it(bench: Bench) -> None:
    """The interrupt rises, whenever the host's write of 1 meets the end of the program."""
    await bench.runs_right()
    await bench.ring(bench.plan.infer)
    rung = bench.now()
    await bench.ends()
    took = bench.risen - rung
    for late in range(-8, 5):
        rises = bench.rises
        await bench.ring(bench.plan.infer)
        await bench.tick(took + late)
        await bench.write(reg.IRQ_STATUS, reg.IRQ_STATUS_DONE.mask)
        await bench.tick(20)
        assert bench.rises == rises + 1, f"{bench.rises - rises} interrupts, the write came {late}"
        await bench.acknowledge()


async def a_soft_reset_ends_in_silence(bench: Bench) -> None:
    """No done, no error, no frame, no interrupt, at whatever cycle it comes."""
    await bench.runs_right()
    bench.pause(SLOW, 1, host=False)
    rng = np.random.default_rng(2)
    for _ in range(TIMES):
        await bench.ring(bench.plan.infer)
        await bench.tick(int(rng.integers(1, 3 * bench.good.cycles)))
        await bench.write(reg.CONTROL, SOFT_RESET)
        await bench.tick(2)
        rises = bench.rises
        status = await bench.rests()
        await bench.tick(20)
        assert status == reg.STATUS_IDLE.mask, f"STATUS is 0x{status:08x} after a soft reset"
        assert bench.rises == rises, "irq after a soft reset"
        await bench.expect(reg.IRQ_STATUS, 0, "after a soft reset")


async def a_start_right_after_a_soft_reset_is_kept(bench: Bench) -> None:
    """The next program may be another one, and memory may be slow."""
    await bench.runs_right()
    bench.pause(SLOW, 3, host=False)
    rng = np.random.default_rng(4)
    for _ in range(TIMES):
        await bench.ring(bench.plan.setup)
        await bench.tick(int(rng.integers(1, 600)))
        await bench.write(reg.CONTROL, SOFT_RESET)
        await bench.ring(bench.plan.setup)
        await bench.ends()
        await bench.ring(bench.plan.infer)
        await bench.tick(int(rng.integers(1, 3 * bench.good.cycles)))
        bench.forget_output()
        await bench.write(reg.CONTROL, SOFT_RESET)
        await bench.write(reg.CONTROL, START)
        await bench.ends()
        bench.assert_output()


async def a_soft_reset_may_start_anew_in_the_same_write(bench: Bench) -> None:
    await bench.runs_right()
    bench.pause(SLOW, 5, host=False)
    for cycles in (0, 20, 90):
        await bench.ring(bench.plan.infer)
        await bench.tick(cycles)
        bench.forget_output()
        await bench.write(reg.CONTROL, SOFT_RESET | START)
        await bench.ends()
        bench.assert_output()


async def a_second_soft_reset_forgets_the_start_that_was_kept(bench: Bench) -> None:
    await bench.runs_right()
    bench.pause(0.98, 6, host=False)
    await bench.ring(bench.plan.infer)
    await bench.tick(30)
    await bench.write(reg.CONTROL, SOFT_RESET)
    await bench.write(reg.CONTROL, START)
    await bench.write(reg.CONTROL, SOFT_RESET)
    rises = bench.rises
    assert await bench.rests() == reg.STATUS_IDLE.mask
    await bench.tick(2 * bench.good.cycles)
    assert bench.rises == rises, "it ran"
    await bench.expect(reg.STATUS, reg.STATUS_IDLE.mask)


async def the_fabric_may_be_reset_alone_once_it_rests(bench: Bench) -> None:
    """Soft reset, idle, reset: memory knows of no burst then, and is not reset."""
    await bench.runs_right()
    rng = np.random.default_rng(7)
    for _ in range(TIMES):
        bench.pause(SLOW, 7, host=False)
        await bench.ring(bench.plan.infer)
        await bench.tick(int(rng.integers(1, 3 * bench.good.cycles)))
        await bench.write(reg.CONTROL, SOFT_RESET)
        await bench.rests()
        await bench.reset(1)
        await bench.expect(reg.STATUS, reg.STATUS_IDLE.mask, "after a reset")
        bench.pause(0)
        await bench.runs_right()


SCENARIOS = (
    an_interrupt_outlives_a_write_that_meets_it,
    a_soft_reset_ends_in_silence,
    a_start_right_after_a_soft_reset_is_kept,
    a_soft_reset_may_start_anew_in_the_same_write,
    a_second_soft_reset_forgets_the_start_that_was_kept,
    the_fabric_may_be_reset_alone_once_it_rests,
)
