"""Scaled dot-product attention as products, a softmax and a product."""

from math import sqrt

import numpy as np
import torch
from torch import Tensor

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.operators.arithmetic import HIDDEN, ZERO, add, affine
from tercet.frontends.aten.operators.matmul import product
from tercet.frontends.aten.operators.softmax import softmax
from tercet.frontends.aten.operators.transpose import matrix_transpose
from tercet.frontends.aten.registry import converts
from tercet.ir.types import shape_of

aten = torch.ops.aten


@converts(
    aten.scaled_dot_product_attention.default,
    layers="QuantMultiheadAttention",
    note=(
        "`batch_first=True`; one mask for all rows; `softmax_input_quant`, "
        "which Brevitas leaves out by default; as many heads of keys as of "
        "queries"
    ),
)
def attention(
    builder: AtenBuilder,
    query: Value,
    key: Value,
    value: Value,
    mask: Value = None,
    dropout: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Value:
    q, k, v = builder.real(query), builder.real(key), builder.real(value)
    if enable_gqa:
        raise builder.unsupported(
            "shares keys between heads", way_out="repeat the keys and the values"
        )
    factor = 1 / sqrt(shape_of(q)[-1]) if scale is None else scale
    keys = builder.tensor(matrix_transpose(builder, k))
    scores: Value = affine(builder, product(builder, q, keys), np.asarray(factor), ZERO)
    if is_causal:
        rows, columns = shape_of(q)[-2], shape_of(k)[-2]
        mask = torch.ones(rows, columns, dtype=torch.bool).tril()
    if isinstance(mask, Tensor) and mask.dtype == torch.bool:
        mask = torch.where(mask, 0.0, HIDDEN).double()
    if mask is not None:
        scores = add(builder, scores, mask)
    weights = builder.tensor(softmax(builder, scores, -1))
    return product(builder, weights, v)
