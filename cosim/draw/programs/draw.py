"""A random program."""

import numpy as np

from draw.programs.frames import execs, loads
from draw.programs.frames.builder import Builder
from draw.programs.frames.numbers import between, chance
from draw.programs.program import RandomProgram
from tercet.targets.fabric.format.spec import FabricSpec

MOST_EXECS = 8


def draw(seed: int, spec: FabricSpec) -> RandomProgram:
    """The program of a seed: it fills all banks, runs random frames and stores everything."""
    b = Builder(np.random.default_rng([seed, spec.config_id]), spec)
    loads.activations(b, range(spec.bank_b_depth))
    loads.weights(b, range(spec.bank_a_depth))
    loads.parameters(b, range(spec.param_depth))
    execs.export(b, range(spec.out_depth))
    for _ in range(between(b.rng, 2, MOST_EXECS)):
        while chance(b.rng, 0.4):
            loads.anything(b)
        _exec(b)
    if any(b.carried):
        execs.mac(b, chain=False)
    loads.store(b, range(spec.out_depth))
    execs.export(b, range(spec.out_depth))
    loads.store(b, range(spec.out_depth))
    return b.finish(seed)


def _exec(b: Builder) -> None:
    """Add an EXEC frame that computes; after a chain, the one that continues its sums."""
    kind = b.rng.random()
    if any(b.carried):
        execs.mac(b, chain=kind < 0.2)
    elif kind < 0.6:
        execs.mac(b, chain=kind < 0.1)
    elif kind < 0.92:
        execs.vector(b)
    else:
        execs.any_export(b)
