"""The layout that goes with the fabric's memory says where every element lies, and no more."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tercet import frontends, passes
from tercet.ir.types import IntArray
from tercet.targets.fabric import files as rtl
from tercet.targets.fabric import planner
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.program.plan import Plan
from tercet_golden.vectors import make

COUNT = 3
"""Vectors."""


def expanded(runs: list[list[int]]) -> IntArray:
    """What the runs of a layout stand for, as a host would work it out."""
    parts = [first + step * np.arange(count) for first, step, count in runs]
    return np.concatenate([np.zeros(0, np.int64), *parts])


@given(st.lists(st.integers(-1, 9), max_size=40))
def test_runs_stand_for_the_numbers_they_were_made_of(numbers: list[int]) -> None:
    found = rtl.runs(np.array(numbers, np.int64))
    np.testing.assert_array_equal(expanded(found), numbers)
    assert len(found) <= len(numbers)
    for first, step, count in found:
        assert first >= 0 or (step == 0 or count == 1)


def test_evenly_spaced_numbers_are_one_run() -> None:
    assert rtl.runs(np.arange(5, 105, 4)) == [[5, 4, 25]]
    assert rtl.runs(np.array([-1, -1, 0, 1, -1])) == [[-1, 0, 2], [0, 1, 2], [-1, 0, 1]]


@pytest.fixture(scope="module")
def planned() -> tuple[Plan, IntArray]:
    model = frontends.resolve("digits_cnn")
    module = passes.run(frontends.capture(model))
    return planner.make(module, named("small")), make(module, model.samples, COUNT, 1).x[:COUNT]


@pytest.fixture(scope="module")
def files(planned: tuple[Plan, IntArray]) -> Mapping[str, str | bytes]:
    return rtl.emit(planned[0], "net")


def layout_of(files: Mapping[str, str | bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files["net.json"])
    return found


def test_a_host_can_write_an_input_from_the_layout_alone(
    planned: tuple[Plan, IntArray], files: Mapping[str, str | bytes]
) -> None:
    ours, x = planned
    layout = layout_of(files)
    found = np.zeros((COUNT, layout["input"]["bytes"]), np.uint8)
    for port in layout["inputs"]:
        places = expanded(port["places"])
        values = np.where(places < 0, port["fill"], x.reshape(COUNT, -1)[:, places])
        start = port["address"] - layout["input"]["address"]
        data = np.ascontiguousarray(values.astype(port["type"])).view(np.uint8)
        assert data.shape[1] == port["bytes"]
        found[:, start : start + port["bytes"]] = data
    np.testing.assert_array_equal(found, ours.pack(x))


def test_a_host_can_read_an_output_from_the_layout_alone(
    planned: tuple[Plan, IntArray], files: Mapping[str, str | bytes]
) -> None:
    ours, _ = planned
    layout = layout_of(files)
    rng = np.random.default_rng(1)
    data = rng.integers(0, 256, (COUNT, layout["output"]["bytes"]), np.uint8)
    for port in layout["outputs"]:
        start = port["address"] - layout["output"]["address"]
        raw = np.ascontiguousarray(data[:, start : start + port["bytes"]])
        places = expanded(port["places"])
        values = np.zeros((COUNT, port["elements"]), np.int64)
        values[:, places[places >= 0]] = raw.view(port["type"])[:, places >= 0]
        np.testing.assert_array_equal(values, ours.unpack(data)[port["name"]])


def test_the_listing_names_every_layer_and_frame(
    planned: tuple[Plan, IntArray], files: Mapping[str, str | bytes]
) -> None:
    ours, text = planned[0], str(files["net.txt"])
    for layer in ours.layers:
        assert f"{layer.name}  {layer.kind} {layer.grid} " in text
    for program in (ours.setup, ours.infer):
        assert f"{len(program.frames)} frames at 0x{program.address:x}" in text
    assert text.count("  EXEC  ") == len(ours.infer.execs)


def test_the_top_has_every_size(
    planned: tuple[Plan, IntArray], files: Mapping[str, str | bytes]
) -> None:
    text = str(files["rtl/tercet_fabric.sv"])
    for name, value in planned[0].spec.parameters.items():
        assert f".{name}({value})" in text
