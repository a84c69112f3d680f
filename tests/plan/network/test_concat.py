"""Concatenations without copies: where parts lie, that nothing changes, what is still copied."""

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.helpers.plans.concurrent import require_apart
from tests.helpers.plans.joins import NETWORKS, Layers, built, dense_block, unet
from tests.helpers.plans.planned import drawn_inputs, require_as_reference
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from draw.networks.dense import randomly
from tercet.errors import CapacityError
from tercet.targets.effort import USUAL, Asked
from tercet.targets.fabric.choice.bank_b import Chooser
from tercet.targets.fabric.choice.search import Choice, choose
from tercet.targets.fabric.format.spec import FabricSpec, named
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.network.concatenation import joined
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.network.normal_form import normal
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.stages.assign import assign
from tercet.targets.fabric.stages.shaping import shape_all
from tercet.targets.fabric.steps.closings import Greatest
from tercet.targets.fabric.steps.vector import Vector, copy_of
from tercet.targets.fabric.tiles.layout import IncompatibleError
from tercet_golden.cycles import predict


def network_of(module: ModuleOp) -> Network:
    return normal(lower(module))


def copies(network: Network) -> int:
    """Steps that only copy."""
    return sum(
        isinstance(s, Vector) and isinstance(s.closing, Greatest) and s.items.shape[1] == 1
        for s in network.steps
    )


def places(network: Network) -> dict[str, tuple[str, int, int]]:
    found = network.inside.items()
    return {
        x.name.partition(":")[0]: (p.whole.name.partition(":")[0], p.first, p.room)
        for x, p in found
    }


@pytest.mark.parametrize(
    ("name", "before", "after"), [("dense block", 9, 0), ("inception", 8, 0), ("unet", 5, 0)]
)
def test_networks_that_concatenate_take_no_copies(name: str, before: int, after: int) -> None:
    network = network_of(NETWORKS[name](np.random.default_rng(1)))
    assert (copies(network), copies(joined(network))) == (before, after)


def test_a_concatenation_within_a_larger_one_lies_there_too() -> None:
    found = joined(network_of(dense_block(np.random.default_rng(1))))
    assert places(found) == {
        "conv0": ("cat10", 0, 26),
        "conv2": ("cat10", 8, 18),
        "conv5": ("cat10", 14, 12),
        "conv8": ("cat10", 20, 6),
        "cat7": ("cat10", 0, 26),
        "cat4": ("cat10", 0, 26),
    }


def test_a_part_has_the_room_that_later_steps_fill() -> None:
    """What goes up is made last, in front of the skips: nothing behind it may be overwritten."""
    found = places(joined(network_of(unet(np.random.default_rng(1)))))
    assert found["up8"] == ("cat10", 0, 5)
    assert found["conv3"] == ("cat10", 5, 6)


@pytest.mark.corners
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("batch", [1, 3])
def test_the_machine_computes_networks_that_concatenate(
    name: str, batch: int, rng: np.random.Generator
) -> None:
    module = NETWORKS[name](np.random.default_rng(1))
    for fabric in ("T=4,L=10", "T=2,L=15,out_depth=64"):
        plan = make(module, named(fabric), randomly(rng), batch=batch)
        assert require_as_reference(module, plan, *drawn_inputs(module, rng, 3)) > 0
        assert require_apart(plan) >= 0


def together(chooser: Chooser) -> Chooser:
    """Refuses networks with copies, so that the planner takes the one without."""

    def choose(network: Network, spec: FabricSpec, asked: Asked) -> Sequence[Choice]:
        if not network.inside:
            raise CapacityError("with copies it does not fit")
        return chooser(network, spec, asked)

    return choose


@pytest.mark.parametrize("seed", range(9))
def test_parts_go_with_grids_by_chance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    module = NETWORKS[list(NETWORKS)[seed % len(NETWORKS)]](rng)
    fabric = ("T=4,L=10", "T=2,L=5,out_depth=64", "T=8,L=15")[seed // len(NETWORKS)]
    plan = make(module, named(fabric), together(randomly(rng)))
    assert require_as_reference(module, plan, *drawn_inputs(module, rng, 2)) > 0


def test_without_copies_it_takes_fewer_steps_and_cycles(monkeypatch: pytest.MonkeyPatch) -> None:
    module, spec = dense_block(np.random.default_rng(1)), named("tfmbs")
    x = drawn_inputs(module, np.random.default_rng(2), 2)
    found = []
    for joining in (lambda network: network, joined):
        monkeypatch.setattr(sys.modules["tercet.targets.fabric.planner"], "joined", joining)
        plan = make(module, spec)
        vectors = sum(layer.kind == "vector" for layer in plan.layers)
        found.append((vectors, float(predict(plan, *x).cycles.mean())))
    (before, slow), (after, fast) = found
    assert (before, after) == (10, 1), "the pool alone"
    assert fast < 0.85 * slow


@pytest.mark.parametrize("seed", range(12))
def test_parts_go_with_any_grids_or_are_refused_by_the_layouts(seed: int) -> None:
    """Bands, slices of outputs: the elements of a part are where its readers look."""
    rng = np.random.default_rng(seed)
    name = list(NETWORKS)[seed % len(NETWORKS)]
    network, spec = joined(network_of(NETWORKS[name](rng))), named("T=4,L=10")
    for _ in range(40):
        (choice,) = randomly(rng)(network, spec, USUAL)
        try:
            shapes = shape_all(assign(network, choice.grids, spec.lanes), spec)
        except IncompatibleError:
            continue
        for shape in shapes:
            for layout in (*shape.reads, *([shape.writes] if shape.writes else [])):
                if layout.inside is not None:
                    place = network.inside[layout.tensor]
                    assert layout.whole.tensor is place.whole
                    assert layout.whole.grid.slices == 1
                    assert layout.base == place.first * layout.channel_step
        return
    raise AssertionError("no grids went together")


def test_a_part_in_a_wrong_place_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deliberate fault: a part that overlaps its neighbour is found by the comparison."""
    module, spec = dense_block(np.random.default_rng(1)), named("T=4,L=10")
    x = drawn_inputs(module, np.random.default_rng(2), 2)

    def shifted(network: Network) -> Network:
        found = joined(network)
        moved = {
            x: replace(place, first=place.first - x.name.startswith("conv5"))
            for x, place in found.inside.items()
        }
        return replace(found, inside=moved)

    monkeypatch.setattr(sys.modules["tercet.targets.fabric.planner"], "joined", shifted)
    plan = make(module, spec, together(choose))
    with pytest.raises((AssertionError, ValueError), match=r"conv|itself"):
        require_as_reference(module, plan, *x)


def test_a_part_writes_no_more_than_its_room() -> None:
    """Twelve results in lanes for eleven would be written over the neighbour."""

    def body(net: Layers, x: SSAValue) -> None:
        late = net.conv(x, 4)
        early = net.conv(late, 11, 1)
        net.dense(net.conv(net.cat(net.conv(early, 11), early, late), 4), 3)

    module = built(np.random.default_rng(1), 6, body)
    rng = np.random.default_rng(3)
    assert places(joined(network_of(module)))["conv4"] == ("cat6", 0, 11)
    for _ in range(4):
        plan = make(module, named("T=4,L=10"), together(randomly(rng)))
        assert require_as_reference(module, plan, *drawn_inputs(module, rng, 2)) > 0


def test_what_cannot_lie_there_is_copied(rng: np.random.Generator) -> None:
    """A value that is there twice; the other one, and what the dense layer flattens, is not."""

    def body(net: Layers, x: SSAValue) -> None:
        a, b = net.conv(x, 4), net.conv(x, 5)
        net.dense(net.conv(net.cat(a, b, a), 4), 3)

    module = built(rng, 6, body)
    network = network_of(module)
    assert (copies(network), copies(joined(network))) == (4, 2)
    plan = make(module, named("T=2,L=10"), together(choose))
    assert require_as_reference(module, plan, *drawn_inputs(module, rng, 2)) > 0


def test_a_copy_that_nobody_reads_holds_no_parts() -> None:
    """What is lowered may leave such a step, and a part of it would lie where nothing lies."""
    network = network_of(dense_block(np.random.default_rng(1)))
    copied = network.steps[0].result
    dead = copy_of(copied, replace(copied))
    more = replace(network, steps=(*network.steps, dead))
    assert dead.result not in {place.whole for place in joined(more).inside.values()}
    assert dead in joined(more).steps
