"""Certificates: why a requantization or threshold equals the trained model on its whole range.

The pass writes one beside its operator; `check` believes nothing of it. Its argument: between two
neighbouring steps both sides are constant or monotone in the same direction, so equality next to
every step and at both ends is equality everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

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
    method: str
    """The operator that claims to be this function: "requantize" or "threshold"."""
    triple: tuple[int, int, int] | None
    """mul, add, shift of a requantize."""
    thresholds: tuple[int, ...] | None
    """Of a threshold."""
    clip: tuple[int, int]
    reachable: tuple[int, int]
    """What acc can be by the weights and the input's range, found anew."""


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
    triples = np.stack(op.triples(), 1)
    clip = op.low.value.data, op.high.value.data
    return [
        _one(op, n, "requantize", clip, triple=(int(t[0]), int(t[1]), int(t[2])))
        for n, t in enumerate(triples)
    ]


def _of_threshold(op: IntegerOp) -> list[Certificate]:
    assert isinstance(op, Threshold)
    rows, low = op.rows(), op.low.value.data
    clip = low, low + rows.shape[1]
    return [
        _one(op, n, "threshold", clip, thresholds=tuple(map(int, row)))
        for n, row in enumerate(rows)
    ]


def _one(
    op: Requantize | Threshold,
    n: int,
    method: str,
    clip: tuple[int, int],
    triple: tuple[int, int, int] | None = None,
    thresholds: tuple[int, ...] | None = None,
) -> Certificate:
    layer = op.layer.data
    stored = op.attributes.get(ATTRIBUTE)
    if not isinstance(stored, DictionaryAttr):
        raise VerifyError(f"{layer}: {op.name} carries no certificate; make it by the passes")
    field = {name: _values(stored, name, layer) for name in ("low", "high", "sign", "first")}
    low, high = int(field["low"][n]), int(field["high"][n])
    steps = _values(stored, "steps", layer)[n]
    producer = _producer(op)
    least, greatest = producer.channels(range_of(producer.x))
    return Certificate(
        layer,
        n,
        low,
        high,
        int(field["sign"][n]),
        int(field["first"][n]),
        tuple(int(t) for t in steps if t <= high),
        method,
        triple,
        thresholds,
        clip,
        (int(least[n]), int(greatest[n])),
    )


def _values(stored: DictionaryAttr, name: str, layer: str) -> IntArray:
    values = stored.data.get(name)
    if not isinstance(values, Dense):
        raise VerifyError(f"{layer}: its certificate lacks {name}")
    return values_of(values)
