"""The zoo on drawn configurations with tiny banks: weights streamed, activations spilled.

What such a fabric refuses is counted, never passed; the named fabrics take all of it (test_zoo).
Each configuration runs its share of the models; with `--structures` each runs all of them.
"""

from collections.abc import Callable
from functools import cache

from conftest import TINY, TOLD, Options
from draw.many_networks import Case, hold
from draw.tiny_fabrics import fabrics
from tercet import frontends, passes
from tercet.targets.fabric.format.spec import named
from tercet_golden import vectors

SCALE = 8
"""Of bank B: the zoo's images are larger than those of the matrix."""
REAL, CORNERS = 2, 2
"""Vectors of each kind."""


@cache
def case(name: str, seed: int) -> Case:
    """A model with real vectors, and the last of the corners, which are random."""
    model = frontends.resolve(name)
    module = passes.run(frontends.capture(model))
    drawn = vectors.make(module, model.samples, REAL, seed)
    return Case(name, module, tuple(x[[*range(REAL), *range(-CORNERS, 0)]] for x in drawn.xs))


def test_the_zoo_runs_as_predicted_with_tiny_banks(
    tiny_fabric: int, options: Options, record_property: Callable[[str, object], None]
) -> None:
    fabric = fabrics(options.seed, tiny_fabric + 1, SCALE)[tiny_fabric]
    share = options.models[tiny_fabric % TINY :: TINY]
    models = share if share and not options.structures else options.models
    tally = hold((case(name, options.seed) for name in models), named(fabric))
    record_property(TOLD, f"zoo: {tally.told()}")
    print(tally.refusals())
    assert not tally.failed, tally.complaints()
    assert tally.passed > len(models) // 2, "most of the zoo does not fit"
    assert tally.streamed or tally.spilled, "neither streamed nor spilled: the banks are too large"
