"""Sums of products from any arrangement of an operand's elements."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from xdsl.ir import SSAValue

from tercet.ir.op import LayerOp
from tercet.ir.types import IntArray, shape_of
from tercet.targets.fabric.lower.cells import Pending, View, inverse
from tercet.targets.fabric.lower.context import Context
from tercet.targets.fabric.lower.copies import copied
from tercet.targets.fabric.lower.layout import Layout
from tercet.targets.fabric.lower.sums import Accumulation, MacSums
from tercet.targets.fabric.lower.taps import Taps, grouped, taps_of, weights_of


@dataclass(frozen=True, eq=False)
class Product:
    """acc[q, n] = bias[n] + sum of weights[n, k] * (elements[q, k] - zero)."""

    weights: IntArray
    """[N, K]."""
    bias: IntArray
    zero: int
    groups: int = 1
    phases: int = 1


def mac(
    ctx: Context,
    operand: tuple[SSAValue, View],
    elements: Callable[[IntArray], IntArray],
    product: Product,
    fallback: Layout,
    acc: SSAValue,
    layout: Layout,
) -> Pending:
    """The pending sums `acc`, in `layout`, of an operand.

    `elements` maps cells in the operand's shape to [Q, K]. If these can't be read as taps, the
    operand is copied to the layout `fallback`.
    """
    value, view = operand
    taps = taps_of(ctx, elements(view.cells), product.zero)
    if taps is None:
        view = copied(ctx, value, view, fallback, product.zero)
        taps = taps_of(ctx, elements(view.cells), product.zero)
    assert taps is not None, "a copy has taps"
    name = ctx.names[acc]
    return pending(acc, name, layout, _sums(taps, product, layer_of(acc), name, layout))


def _sums(taps: Taps, product: Product, layer: str, name: str, layout: Layout) -> MacSums:
    weights, groups = grouped(weights_of(taps, product.weights), product.groups)
    away = taps.x.zero_point - product.zero  # only where no tap is padding
    return MacSums(
        layer=layer,
        sum_name=name,
        x=taps.x,
        taps=taps.positions,
        weights=weights,
        bias=product.bias + away * product.weights.sum(1),
        groups=groups,
        phases=max(product.phases, _enlarged(taps.positions)),
        size=(layout.height, layout.width),
    )


def _enlarged(positions: IntArray) -> int:
    """Number of consecutive windows that begin at one place: above 1 in an upsampled image."""
    inside = (positions >= 0).all(1)
    first = positions[inside].min(1, initial=np.iinfo(np.int64).max)
    alone = np.flatnonzero(np.diff(first, prepend=-1))
    return int(np.diff(alone, append=len(first)).max(initial=1))


def pending(acc: SSAValue, name: str, layout: Layout, sums: Accumulation) -> Pending:
    """Sums whose positions and channels stand in `acc` as the layout says."""
    shape = shape_of(acc)
    return Pending(name, inverse(layout.order, int(np.prod(shape))).reshape(shape), sums)


def layer_of(acc: SSAValue) -> str:
    """The layer whose sums these are."""
    assert isinstance(acc.owner, LayerOp)
    return acc.owner.layer.data
