"""The golden models find what is wrong, and only that."""

from typing import TypeAlias

import numpy as np
import pytest
import torch
from tests.helpers.networks import made, normed, plain
from torch import nn
from xdsl.dialects.builtin import ModuleOp

from tercet import frontends, passes
from tercet.errors import UsageError
from tercet.ir.interval import Interval
from tercet.ir.module import build, ops_of
from tercet.ir.types import SI64, UI8, FloatArray, dense, tensor
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet_golden import integer, onnxruntime_golden, vectors
from tercet_golden.compare import compare
from tercet_golden.user_model import torch_golden
from tercet_golden.user_model.torch_run import run as watch

Network: TypeAlias = tuple[nn.Module, ModuleOp, FloatArray]


@pytest.fixture(scope="module")
def network() -> Network:
    model, x = made(plain)
    return model, passes.run(frontends.load(model, x)), x.double().numpy()


def test_the_first_difference_is_placed() -> None:
    want = {"a": np.zeros((3, 4), np.int64), "b": np.zeros((3, 2, 2), np.int64)}
    got = {name: values.copy() for name, values in want.items()}
    got["b"][2, 0, 1], got["b"][2, 1, 1] = 5, 6
    found = compare(want, got)
    assert (found.compared, found.mismatches, found.passed) == (24, 2, False)
    assert found.first is not None
    assert (found.first.layer, found.first.vector, found.first.element) == ("b", 2, (0, 1))
    assert (found.first.expected, found.first.found) == (0, 5)


def test_nothing_compared_does_not_pass() -> None:
    assert not compare({}, {}).passed


def test_a_value_of_the_wrong_shape_is_no_comparison() -> None:
    with pytest.raises(ValueError, match="found shape"):
        compare({"a": np.zeros((3, 4), np.int64)}, {"a": np.zeros((1, 4), np.int64)})


def test_pytorch_sees_a_requantization_that_is_off_by_one_step(network: Network) -> None:
    model, module, x = network
    broken = module.clone()
    op = next(op for op in ops_of(broken) if isinstance(op, Requantize))
    _, add, shift = op.triples()
    add[3] += 1 << shift[3]
    op.properties["add"] = dense(add, SI64)
    q = frontends.quantize_input(broken, x)
    golden = integer.run(broken, q)
    found = torch_golden.compare(model, broken, q, golden, torch.float64)
    assert not found.passed
    assert found.first is not None
    assert (found.first.layer, found.first.element) == ("1:requantize", (3,))
    assert found.first.expected == found.first.found + 1


def test_pytorch_sees_the_quantizer_that_a_network_ends_in() -> None:
    """Its output is the reference's own, handed on: what it found itself is what counts."""
    model, x = made(normed)
    module = passes.run(frontends.load(model, x))
    op = [op for op in ops_of(module) if isinstance(op, Requantize)][-1]
    _, add, shift = op.triples()
    add[3] += 1 << shift[3]
    op.properties["add"] = dense(add, SI64)
    q = frontends.quantize_input(module, np.asarray(x.double().numpy()))
    golden = integer.run(module, q)
    found = torch_golden.compare(model, module, q, golden, torch.float64)
    assert found.first is not None
    assert found.first.layer == "4:requantize"
    assert found.first.element == (3,)


def test_pytorch_sees_a_flipped_weight_behind_the_last_quantizer(network: Network) -> None:
    model, module, x = network
    broken = module.clone()
    op = [op for op in ops_of(broken) if isinstance(op, Linear)][-1]
    weight = op.matrix()
    place = tuple(np.argwhere(weight)[0])
    weight[place] *= -1
    op.properties["weight"] = dense(weight, op.weight.get_element_type())
    q = frontends.quantize_input(broken, x)
    found = torch_golden.compare(model, broken, q, integer.run(broken, q), torch.float64)
    assert found.first is not None
    assert found.first.layer == "3:linear"
    assert found.first.element == (place[0],)


def test_a_difference_next_to_a_tie_is_explained_in_float32_and_a_fault_in_float64(
    network: Network,
) -> None:
    """The reference is put on the other side of the tie that some element comes nearest to."""
    model, module, _ = network
    q = np.random.default_rng(0).integers(0, 256, (4000, 12))
    golden = integer.run(module, q)
    assert torch_golden.compare(model, module, q, golden, torch.float32).passed
    name = "1:requantize"
    position = watch(model, module, [q], torch.float64)[name].position
    tie = np.floor(position) + 0.5
    distance = np.where((position > 1) & (position < 254), np.abs(position - tie), 1)
    place = tuple(np.argwhere(distance == distance.min())[0])
    assert 1e-9 < distance[place] < 1e-4
    other = golden[name].copy()
    other[place] = int(2 * tie[place]) - other[place]

    single = torch_golden.compare(model, module, q, {**golden, name: other}, torch.float32)
    double = torch_golden.compare(model, module, q, {**golden, name: other}, torch.float64)

    assert single.passed
    assert [(e.layer, e.vector, *e.element) for e in single.explained] == [(name, *place)]
    assert double.mismatches == 1


def test_onnxruntime_takes_the_widest_sums() -> None:
    """255 * 127 + 255 * 127 saturates 16 bits, which some kernels go through."""
    weight = np.full((3, 64), 127)
    weight[1] = -127
    module = build([tensor((1, 64), UI8)], lambda x: [Linear(x, weight, layer="fc")])
    x = np.full((5, 64), 255)
    assert compare(integer.run(module, x), onnxruntime_golden.run(module, x)).passed


def test_vectors_begin_with_real_data_and_end_with_corners(network: Network) -> None:
    _, module, x = network
    drawn = vectors.make(module, x, 20, seed=1)
    np.testing.assert_array_equal(drawn.x[:20], frontends.quantize_input(module, x[:20]))
    assert drawn.labels[:2] == ("real 0", "real 1")
    assert len(drawn.labels) == len(drawn.x)
    corners = dict(zip(drawn.labels, drawn.x, strict=True))
    assert not corners["corner: all zero"].any()
    assert (corners["corner: all max"] == 255).all()
    assert Interval.around(corners["corner: alternating"]) == Interval(0, 255)
    assert np.count_nonzero(corners["corner: one-hot 6"]) == 1
    np.testing.assert_array_equal(drawn.x, vectors.make(module, x, 20, seed=1).x)
    assert not np.array_equal(drawn.x, vectors.make(module, x, 20, seed=2).x)


def test_no_vectors_are_no_sign_off(network: Network) -> None:
    _, module, x = network
    with pytest.raises(UsageError, match="0 vectors"):
        vectors.make(module, x, 0, seed=1)
