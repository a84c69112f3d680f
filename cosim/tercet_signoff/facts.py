"""The report's facts about model, fabric and vectors."""

import re
from collections import Counter
from dataclasses import asdict
from math import prod

from tercet.ir.module import inputs_of, ops_of, outputs_of
from tercet.ir.types import Dense, shape_of
from tercet.report.contract import Fabric, Model, Vectors
from tercet.targets.fabric.format.spec import named
from tercet_signoff.context import CheckContext


def model(ctx: CheckContext) -> Model:
    """The network: shapes of its first input and output, number of integer weights."""
    from tercet.frontends.onnx import OnnxModel

    first, result = inputs_of(ctx.module)[0], outputs_of(ctx.module)[0]
    weights = (op.properties.get("weight") for op in ops_of(ctx.module))
    return Model(
        name=ctx.model.name,
        source=ctx.request.model,
        kind="file" if isinstance(ctx.model.module, OnnxModel) else "module",
        input_shape=tuple(shape_of(first)),
        output_shape=tuple(shape_of(result)),
        weights=sum(prod(w.get_shape()) for w in weights if isinstance(w, Dense)),
    )


def fabric(ctx: CheckContext) -> Fabric:
    """The configuration, every size by its name in the specification."""
    sizes = asdict(named(ctx.request.fabric))
    rtl = ctx.request.rtl
    return Fabric(sizes.pop("name"), sizes, None if rtl is None else str(rtl))


def vectors(ctx: CheckContext) -> Vectors:
    """The number of vectors by origin."""
    drawn = ctx.vectors
    origins = Counter(re.sub(r"[ #]*\d+$", "", label) for label in drawn.labels)
    return Vectors(
        count=len(drawn.labels),
        seed=ctx.request.seed,
        origins=dict(origins),
        only=ctx.request.only,
        batch=ctx.request.batch,
        source=ctx.model.source,
        available=min((len(x) for x in ctx.model.samples), default=0),
    )
