"""Einstein sums of two tensors, or of one and constant weights."""

from collections.abc import Sequence
from math import prod

import numpy as np
import torch
from xdsl.ir import SSAValue

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.movement import reshaped, transposed
from tercet.frontends.aten.operators.arithmetic import mul
from tercet.frontends.aten.operators.linear import linear
from tercet.frontends.aten.operators.matmul import product
from tercet.frontends.aten.registry import converts
from tercet.frontends.integers import Integers
from tercet.ir.types import shape_of

aten = torch.ops.aten


@converts(
    aten.einsum.default,
    note=(
        "two operands, an arrow, and no letter twice in one operand; of "
        "quantized weights every letter is either summed or new"
    ),
)
def einsum(builder: AtenBuilder, equation: str, operands: Sequence[Value], **_: object) -> Value:
    inputs, arrow, result = equation.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if not arrow or len(terms) != 2 or not all(map(_plain, (*terms, result))):
        raise builder.unsupported(
            f"einsum {equation!r}",
            wanted=(
                "two operands, an arrow, and no letter twice in one operand, as 'bij,bjk->bik'"
            ),
        )
    (a, b), (x, y) = terms, operands
    if not isinstance(x, SSAValue):
        (a, b), (x, y) = (b, a), (y, x)
    source = builder.real(x)
    if isinstance(y, SSAValue):
        return _of_two(builder, (a, source), (b, builder.real(y)), result)
    return _with_weights(builder, (a, source), (b, y), result)


def _plain(term: str) -> bool:
    return term.isalpha() and len(set(term)) == len(term)


def _of_two(
    builder: AtenBuilder, left: tuple[str, SSAValue], right: tuple[str, SSAValue], result: str
) -> Value:
    (a, x), (b, y) = left, right
    summed = [c for c in a if c in b and c not in result]
    if any(c not in b + result for c in a) or any(c not in a + result for c in b):
        raise builder.unsupported(
            f"einsum {a},{b}->{result}", way_out="sum before it what one side adds"
        )
    if not summed:
        return mul(builder, _aligned(builder, a, x, result), _aligned(builder, b, y, result))
    both = [c for c in result if c in a and c in b]
    rows, columns = [c for c in a if c not in b], [c for c in b if c not in a]
    size = {**dict(zip(a, shape_of(x), strict=True)), **dict(zip(b, shape_of(y), strict=True))}
    inner = [size[c] for c in both[1:]]
    m, k, n = (prod(size[c] for c in letters) for letters in (rows, summed, columns))
    matrix = reshaped(builder, _ordered(builder, a, x, [*both, *rows, *summed]), (*inner, m, k))
    other = reshaped(builder, _ordered(builder, b, y, [*both, *summed, *columns]), (*inner, k, n))
    made = product(builder, matrix, other)
    letters = [*both, *rows, *columns]
    return _finished(builder, made, letters, size, result)


def _with_weights(
    builder: AtenBuilder, left: tuple[str, SSAValue], right: tuple[str, Value], result: str
) -> Value:
    (a, x), (b, weight) = left, right
    summed = [c for c in a if c in b and c not in result]
    columns = [c for c in b if c not in a]
    if not isinstance(weight, Integers) or len(summed) + len(columns) != len(b) or not summed:
        raise builder.unsupported(
            f"einsum {a},{b}->{result} with constants",
            wanted="quantized weights whose every letter is either summed or new",
        )
    rows = [c for c in a if c not in b]
    size = dict(zip(a, shape_of(x), strict=True))
    size.update(zip(b, weight.values.shape, strict=True))
    k, n = prod(size[c] for c in summed), prod(size[c] for c in columns)
    order = [b.index(c) for c in (*columns, *summed)]
    values = weight.values.transpose(order).reshape(n, k)
    scale = weight.scale
    if scale.size > 1:
        wide = np.broadcast_to(scale, weight.values.shape).transpose(order).reshape(n, k)
        scale = wide[:, :1] if (wide == wide[:, :1]).all() else wide
    moved = _ordered(builder, a, x, [*rows, *summed])
    flat = reshaped(builder, moved, (*[size[c] for c in rows[1:]], k))
    made = builder.tensor(linear(builder, flat, Integers(values, scale)))
    return _finished(builder, made, [*rows, *columns], size, result)


def _ordered(builder: AtenBuilder, term: str, x: SSAValue, letters: Sequence[str]) -> SSAValue:
    return transposed(builder, x, [term.index(c) for c in letters])


def _aligned(builder: AtenBuilder, term: str, x: SSAValue, result: str) -> SSAValue:
    """`x` with the axes of the result; axes it lacks have extent 1."""
    size = dict(zip(term, shape_of(x), strict=True))
    moved = _ordered(builder, term, x, [c for c in result if c in term])
    return reshaped(builder, moved, [size.get(c, 1) for c in result[1:]])


def _finished(
    builder: AtenBuilder, x: SSAValue, letters: Sequence[str], size: dict[str, int], result: str
) -> SSAValue:
    whole = reshaped(builder, x, [size[c] for c in letters[1:]])
    return transposed(builder, whole, [letters.index(c) for c in result])
