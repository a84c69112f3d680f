"""Structures of tests/matrix on the simulated fabric: integers, registers and cycles.

`pytest cosim/test_matrix.py --structures` takes all of them, on every fabric asked for and on drawn
ones, whose banks are tiny: those refuse some, stream the weights of others and spill activations.
On drawn ones the search's grids and random ones take turns; with `--structures` each runs both.
"""

from collections.abc import Callable, Iterator

from tests.helpers.plans.planned import drawn_inputs, seeded
from tests.matrix.structures import structures

from conftest import TOLD, Options
from draw.many_networks import Case, hold
from draw.networks.dense import randomly
from draw.tiny_fabrics import fabrics
from tercet.targets.fabric.choice.bank_b import Chooser
from tercet.targets.fabric.choice.search import choose
from tercet.targets.fabric.format.spec import named

VECTORS = 2
REFUSED = 0.5
"""Share of the networks that tiny banks may refuse; named fabrics refuse none."""
SAMPLE = (
    "networks-a_network-9",
    "networks-a_network-12",
    "networks-a_network-15",
    "convolutions-a_convolution_of_two_axes-0-2",
    "convolutions-convolutions_of_every_weight-2",
    "pooling-a_function_that_pools-0",
    "linear-two_linear_layers_on_every_input-1-5",
    "linear-an_activation_behind_a_linear_layer-0",
    "elementwise-one_tensor_used_three_times",
    "movement-a_layer_reads_what_was_moved",
    "movement-a_layer_that_moves_data-0",
    "batch_norm-behind_a_convolution-0",
    "inputs-an_input_of_every_rank-4",
)
Property = Callable[[str, object], None]


def cases(fabric: str, options: Options, *, random_grids: bool = False) -> Iterator[Case]:
    """Every network of every structure, or of a sample."""
    for structure in structures():
        if not options.structures and structure.name not in SAMPLE:
            continue
        rng = seeded(structure.name, fabric, options.seed)
        for number, module in enumerate(structure.modules()):
            chooser: Chooser = randomly(rng) if random_grids else choose
            xs = tuple(drawn_inputs(module, rng, VECTORS))
            yield Case(f"{structure.name}.{number}", module, xs, chooser)


def test_structures_run_as_predicted(
    named_fabric: str, options: Options, record_property: Property
) -> None:
    tally = hold(cases(named_fabric, options), named(named_fabric))
    record_property(TOLD, f"structures: {tally.told()}")
    print(tally.refusals())
    assert not tally.failed, tally.complaints()
    assert not tally.refused, tally.refusals()
    assert tally.passed >= len(SAMPLE)


def test_structures_run_as_predicted_with_tiny_banks(
    tiny_fabric: int, options: Options, record_property: Property
) -> None:
    fabric = fabrics(options.seed, tiny_fabric + 1)[tiny_fabric]
    both = (False, True)
    for random_grids in both if options.structures else both[tiny_fabric % 2 :][:1]:
        tally = hold(cases(fabric, options, random_grids=random_grids), named(fabric))
        grids = "random" if random_grids else "the search's"
        record_property(TOLD, f"structures, {grids} grids: {tally.told()}")
        print(tally.refusals())
        assert not tally.failed, tally.complaints()
        assert len(tally.refused) < REFUSED * (tally.passed + len(tally.refused))
        if options.structures:
            assert tally.streamed, "nothing was streamed: the banks are too large"
            assert tally.spilled, "nothing was spilled: the banks are too large"
