"""Embedding: rows of a table, indexed by an integer input of the network."""

from typing import Any

import numpy as np
import torch

from tercet.frontends.aten.builder import AtenBuilder, Value
from tercet.frontends.aten.registry import converts
from tercet.frontends.elements import narrowest
from tercet.frontends.integers import Integers
from tercet.ir.families.real import is_real
from tercet.ir.interval import Interval
from tercet.ops.gather import Gather
from tercet.ops.real.dequantize import Dequantize

aten = torch.ops.aten


@converts(
    aten.embedding.default,
    layers="QuantEmbedding",
    note="looked up by an input of `torch.long`; one scale for the whole table",
)
def embedding(builder: AtenBuilder, weight: Value, indices: Value, *_: Any, **__: Any) -> Value:
    source = builder.tensor(indices)
    if is_real(source):
        raise builder.unsupported("its indices are floats", way_out="give an example of torch.long")
    if not isinstance(weight, Integers):
        raise builder.unsupported(
            "its table holds floats",
            way_out=("use brevitas.nn.QuantEmbedding with a weight quantizer of at most 8 bits"),
        )
    scale = weight.scale.reshape(()) if weight.scale.size == 1 else weight.scale
    if scale.ndim > 1 and scale.shape[0] != 1:
        raise builder.unsupported(
            f"its table has scales of shape {scale.shape}, one for each row",
            way_out="use a weight quantizer with one scale for the tensor",
        )
    element = narrowest(Interval.around(np.append(weight.values, 0)))
    rows = Gather(source, weight.values, element, layer=builder.layer)
    columns = scale.reshape(-1) if scale.ndim else scale
    return builder.add(Dequantize(builder.add(rows), columns, layer=builder.layer))
