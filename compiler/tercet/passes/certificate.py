"""Certificates: why a requantization or threshold equals the trained model on its whole range.

The pass writes one beside its operator; `check` believes nothing of it. Its argument: between two
neighbouring steps both sides are constant or monotone in the same direction, so equality next to
every step and at both ends is equality everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from xdsl.dialects.builtin import DictionaryAttr, ModuleOp

from tercet.errors import VerifyError
from tercet.ir.module import ops_of
from tercet.ir.op import IntegerOp
from tercet.ir.ranges import range_of
from tercet.ir.types import SI8, SI32, SI64, Dense, IntArray, dense, values_of
from tercet.ops.linear import Linear
from tercet.ops.requantize import Requantize
from tercet.ops.threshold import Threshold
from tercet.passes.steps import Steps

ATTRIBUTE = "certificate"


@dataclass(frozen=True)
class Certificate:
    """One channel of one operator.

    With u = sign * acc, for every u from low to high: y = first + number of steps t <= u.
    """

    layer: str
    channel: int
    low: int
    high: int
    sign: int
    first: int
    steps: tuple[int, ...]
    reachable: tuple[int, int]
    """What acc can be by the weights and the input's range, found anew."""
    method: str = ""
    """The operator that claims to be this function: "requantize" or "threshold"."""
    clip: tuple[int, int] = (0, 0)
    """Of that operator."""
    triple: tuple[int, int, int] | None = None
    """Of a requantize: mul, add, shift."""
    thresholds: tuple[int, ...] | None = None
    """Of a threshold."""


def attach(op: IntegerOp, steps: Steps) -> None:
    """Write the certificate of all channels of `op` beside it."""
    op.attributes[ATTRIBUTE] = DictionaryAttr(
        {
            "low": dense(steps.low, SI64),
            "high": dense(steps.high, SI64),
            "sign": dense(steps.sign, SI8),
            "first": dense(steps.first, SI32),
            "steps": dense(steps.at, SI64),
        }
    )


def certificates(module: ModuleOp) -> list[Certificate]:
    """The certificate of every channel of every requantize and threshold, in order."""
    return [one for _, channels in certified(module) for one in channels]


def certified(module: ModuleOp) -> list[tuple[Linear, list[Certificate]]]:
    """Every layer that a requantize or threshold closes, with a certificate for each channel."""
    readers: dict[type[IntegerOp], Callable[[IntegerOp], list[Certificate]]] = {
        Requantize: _of_requantize,
        Threshold: _of_threshold,
    }
    return [(_producer(op), readers[type(op)](op)) for op in ops_of(module) if type(op) in readers]


def _producer(op: IntegerOp) -> Linear:
    owner = op.operands[0].owner
    if isinstance(owner, Linear):
        return owner
    raise VerifyError(f"{op.layer.data}: {op.name} does not close a linear layer")


def _of_requantize(op: IntegerOp) -> list[Certificate]:
    assert isinstance(op, Requantize)
    triples = np.stack(op.triples(), 1).tolist()
    clip = op.low.value.data, op.high.value.data
    return [
        replace(claim, method="requantize", clip=clip, triple=(mul, add, shift))
        for claim, (mul, add, shift) in zip(_claims(op), triples, strict=True)
    ]


def _of_threshold(op: IntegerOp) -> list[Certificate]:
    assert isinstance(op, Threshold)
    rows, low = op.rows(), op.low.value.data
    clip = low, low + rows.shape[1]
    return [
        replace(claim, method="threshold", clip=clip, thresholds=tuple(row))
        for claim, row in zip(_claims(op), rows.tolist(), strict=True)
    ]


def _claims(op: Requantize | Threshold) -> list[Certificate]:
    """What is stored beside `op`, and what its accumulators reach: all but the operator itself."""
    layer = op.layer.data
    stored = op.attributes.get(ATTRIBUTE)
    if not isinstance(stored, DictionaryAttr):
        raise VerifyError(f"{layer}: {op.name} carries no certificate; make it by the passes")
    low, high, sign, first, steps = (
        _values(stored, name, layer).tolist() for name in ("low", "high", "sign", "first", "steps")
    )
    producer = _producer(op)
    least, greatest = (end.tolist() for end in producer.channels(range_of(producer.x)))
    return [
        Certificate(
            layer=layer,
            channel=n,
            low=low[n],
            high=high[n],
            sign=sign[n],
            first=first[n],
            steps=tuple(t for t in steps[n] if t <= high[n]),
            reachable=(least[n], greatest[n]),
        )
        for n in range(len(low))
    ]


def _values(stored: DictionaryAttr, name: str, layer: str) -> IntArray:
    values = stored.data.get(name)
    if not isinstance(values, Dense):
        raise VerifyError(f"{layer}: its certificate lacks {name}")
    return values_of(values)
