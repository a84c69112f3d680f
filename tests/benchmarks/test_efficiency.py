"""Figures of efficiency: what they count, on networks small enough to know it."""

from dataclasses import replace

import numpy as np
import pytest
from benchmarks import layers, measured
from benchmarks.__main__ import merged
from benchmarks.figures import Figures
from xdsl.ir import SSAValue

from tercet.ir.module import build
from tercet.ir.op import LayerOp
from tercet.ir.types import UI8, tensor
from tercet.ops.conv import Conv
from tercet.ops.linear import Linear
from tercet.targets.fabric.format.frame import Exec, Frame, Kind, Load
from tercet.targets.fabric.format.spec import NAMED
from tercet_golden import integer
from tercet_golden.cycles import FrameRecord, Ran, predict

MODEL, FABRIC = "tfmbs_mlp", "tfmbs"


def test_what_is_measured_is_what_is_predicted() -> None:
    plan, x = measured.plan_of(MODEL, FABRIC), measured.samples_of(MODEL)
    found, want = measured.measure(plan, x), predict(plan, x)
    np.testing.assert_array_equal(found.outputs, want.outputs)
    assert found.cycles == (want.cycles - 2).sum()  # the doorbell and irq take one each
    assert found.loaded == 8 * want.counters["load_beats"].sum()
    assert found.total("cycles") == want.counters["exec_cycles"].sum()
    tiles = range(plan.spec.tiles)
    assert found.total("issued") == sum(want.counters[f"tile{t}.issued"].sum() for t in tiles)


def test_without_zero_skip_all_columns_are_issued_and_outputs_stay() -> None:
    plan, x = measured.plan_of(MODEL, FABRIC), measured.samples_of(MODEL)
    on, off = measured.measure(plan, x), measured.measure(measured.dense(plan), x)
    assert on.total("issued") < on.total("columns") == off.total("issued")
    assert on.total("cycles") < off.total("cycles")
    values = integer.run(measured.module_of(MODEL), x)
    for found in (on, off):
        for name, output in plan.unpack(found.outputs).items():
            np.testing.assert_array_equal(output, values[name].reshape(output.shape))


def test_efficiency_and_all_losses_are_the_whole_time() -> None:
    found = layers.measured(MODEL, FABRIC)
    (number, target), *_ = layers.targets_of(MODEL, FABRIC).items()
    assert (target.layer.name, target.kind) == ("fc1", "dense")
    total, tiles = found.layers[number, Kind.MAC], found.plan.spec.tiles
    lost = layers.losses(target, total, tiles)
    assert total.issued / (tiles * total.cycles) + sum(lost.values()) == pytest.approx(1)
    assert all(share >= 0 for share in lost.values())
    assert total.passes == len(measured.samples_of(MODEL))
    assert total.idle < total.undrained < total.cycles


def test_lanes_that_work_are_those_of_two_operands_that_are_not_zero() -> None:
    plan, x = measured.plan_of(MODEL, FABRIC), measured.samples_of(MODEL)[:2]
    lanes = measured.measure(replace(plan, spec=replace(plan.spec, telemetry=2)), x)
    weights = next(op.matrix() for op in measured.module_of(MODEL).walk() if isinstance(op, Linear))
    pairs = (x.reshape(2, 1, -1) != 0) & (weights != 0)
    assert lanes.layers[0, Kind.MAC].active == pairs.sum()


def _record(frame: Frame, start: int, end: int) -> FrameRecord:
    return FrameRecord(0, frame, start, end, beats=0, stalls=0, time=None, heard=None)


def test_a_wait_ends_with_the_load_and_begins_with_the_exec_before() -> None:
    frames = (
        _record(Load(), 5, 30),
        _record(Load(), 31, 90),
        _record(Load(), 91, 95),
        _record(Exec(wait_load=1), 32, 60),
        _record(Exec(wait_load=2), 91, 120),
        _record(Exec(wait_load=3), 125, 130),
    )
    assert measured.waits_of(Ran(140, {}, frames)) == 30 + (90 - 60)


def test_layers_have_targets_by_their_kinds() -> None:
    def body(x: SSAValue) -> list[LayerOp]:
        def conv(kernel: int, groups: int, name: str) -> Conv:
            weight = np.ones((16, 16 // groups, kernel, kernel), np.int64)
            sizes = {"stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1)}
            return Conv(x, weight, groups=groups, layer=name, **sizes)  # type: ignore[arg-type]

        return [conv(3, 1, "a"), conv(1, 1, "b"), conv(3, 16, "c")]

    module = build([tensor((1, 16, 5, 5), UI8)], body)
    assert measured.products_of(module) == {"a": ("3x3", 16)}


def test_every_fabric_and_network_has_a_row() -> None:
    cases = list(layers.cases())
    assert {fabric for fabric, _ in cases} == set(NAMED)
    assert len(cases) == len(set(cases)) == 27


def test_a_section_takes_the_place_of_the_one_of_its_kind() -> None:
    page = "# Page\n\n## Layers: old\n\nold\n\n## Area: all\n\nkept\n"
    new = [Figures(title, ("a",), (("1",),)).markdown() for title in ("Layers: new", "Networks: n")]
    found = merged(page, new)
    assert "old" not in found
    assert [line for line in found.splitlines() if line.startswith("## ")] == [
        "## Layers: new",
        "## Area: all",
        "## Networks: n",
    ]
