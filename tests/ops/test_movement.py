"""Data movement: the same on integers and on reals, and refused where it makes no sense."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.helpers.draw import SAMPLES, label, op_of, operands
from xdsl.ir import SSAValue

from tercet.errors import VerifyError
from tercet.ir.families.movement import MovementOp
from tercet.ir.families.real import real_tensor
from tercet.ir.module import build, parse, steps_of
from tercet.ir.op import LayerOp, Sample
from tercet.ir.types import SI8, UI8, IntTensor, shape_of, tensor
from tercet.ops.broadcast import Broadcast
from tercet.ops.concat import Concat
from tercet.ops.pad import Pad
from tercet.ops.repeat import Repeat
from tercet.ops.reshape import Reshape
from tercet.ops.slice import Slice
from tercet.ops.transpose import Transpose

MOVEMENTS = [s for s in SAMPLES if isinstance(op_of(s.module), MovementOp)]


@pytest.mark.parametrize("sample", MOVEMENTS, ids=label)
def test_a_movement_of_integers_moves_reals_alike(sample: Sample, rng: np.random.Generator) -> None:
    moves = op_of(sample.module)
    assert isinstance(moves, MovementOp)
    reals = [real_tensor(shape_of(operand)) for operand in moves.operands]
    module = build(reals, lambda *xs: [moves.on(*xs)])
    (again,) = steps_of(parse(str(module)))
    assert str(again.results[0].type).endswith("xf64>")
    assert again.layer == moves.layer
    drawn = operands(sample, 3, rng)
    got = again.reference(*(x / 7 for x in drawn))
    np.testing.assert_array_equal(got, moves.reference(*drawn) / 7)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda x: Reshape(x, (7,), layer="m"), "unlike numbers of elements"),
        (lambda x: Transpose(x, (1, 0, 2), layer="m"), "the batch first"),
        (lambda x: Transpose(x, (0, 1, 1), layer="m"), "is no order of the axes"),
        (lambda x: Slice(x, (0, 0, 0), (1, 9, 3), (1, 1, 1), layer="m"), "0:9:1 is no part of 2"),
        (lambda x: Slice(x, (0, 1, 0), (1, 1, 3), (1, 1, 1), layer="m"), "1:1:1 is no part of 2"),
        (lambda x: Slice(x, (0, 0), (1, 2), (1, 1), layer="m"), "needs 3 limits"),
        (lambda x: Slice(x, (0, 0, 0), (2, 2, 3), (1, 1, 1), layer="m"), "taken whole"),
        (lambda x: Concat([x, x], 0, layer="m"), "axis 0 is none of 1 to 2"),
        (lambda x: Repeat(x, (2, 1, 1), layer="m"), "wanted 1 for the batch"),
        (lambda x: Broadcast(x, (2, 6), layer="m"), "cannot be broadcast"),
        (lambda x: Broadcast(x, (3,), layer="m"), "cannot be broadcast"),
        (lambda x: Pad(x, ((0, 0), (1, 0), (0, 0)), 256, layer="m"), "256 is not in ui8"),
        (lambda x: Pad(x, ((1, 0), (1, 0), (0, 0)), 0, layer="m"), "0 for the batch"),
    ],
)
def test_a_movement_that_makes_no_sense_does_not_verify(
    make: Callable[..., LayerOp], message: str
) -> None:
    with pytest.raises(VerifyError, match=message):
        build([tensor((1, 2, 3), UI8)], lambda x: [make(x)])


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (tensor((1, 2, 3), SI8), "the same element type"),
        (tensor((1, 3, 3), UI8), "differ off axis 2"),
        (tensor((1, 2), UI8), "differ off axis 2"),
    ],
)
def test_unlike_tensors_are_not_joined(other: IntTensor, message: str) -> None:
    def joined(*xs: SSAValue) -> list[Concat]:
        op = Concat([xs[0], xs[0]], 2, layer="m")
        op.operands = xs
        return [op]

    with pytest.raises(VerifyError, match=message):
        build([tensor((1, 2, 3), UI8), other], joined)
