"""The conversion of reals to a network's integers and back, as data, JSON and C constants.

An input is clip(round((factor * x + offset) / scale + zero_point), low, high) in float64, an output
factor * q + offset. The constants broadcast over the shape.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from tercet.ir.families.quantized import QuantizedOp
from tercet.ir.host.boundary import entries_of, exits_of
from tercet.ir.module import inputs_of, outputs_of
from tercet.ir.names import value_names
from tercet.ir.types import FloatArray, shape_of, storage, tensor_type
from tercet.targets.shared.program import Program
from tercet.targets.shared.render import braced, environment

Reals = Any
"""A number, or lists nested as deep as the constant has dimensions."""


@dataclass(frozen=True)
class Input:
    """One input of the integer network."""

    name: str
    type: str
    """Type in which its integers are stored."""
    shape: tuple[int, ...]
    """Without the batch."""
    source: int
    """Index of the model's input that x is."""
    factor: Reals
    offset: Reals
    scale: Reals
    zero_point: int
    zero_after: bool
    """Whether the zero point is added after rounding."""
    rounding: str
    low: int
    high: int
    integers: bool
    """Whether the model takes integers, which are not converted."""


@dataclass(frozen=True)
class Output:
    """One output; factor and offset are None if it is not linear in its integers."""

    name: str
    type: str
    shape: tuple[int, ...]
    factor: Reals | None
    offset: Reals | None
    scale: float | None
    zero_point: int | None
    """With `scale`, set if a quantizer ends the model: q stands for scale * (q - zero_point)."""


def inputs(module: ModuleOp) -> list[Input]:
    """Every input of `main`, in order."""
    names = value_names(module)
    return [
        Input(
            name=names[value],
            type=_type(value),
            shape=shape_of(value)[1:],
            source=entry.source,
            factor=entry.factor.tolist(),
            offset=entry.offset.tolist(),
            scale=entry.scale.tolist(),
            zero_point=entry.zero_point,
            zero_after=entry.zero_after,
            rounding=entry.rounding,
            low=entry.clip.low,
            high=entry.clip.high,
            integers=bool(entry.integers),
        )
        for value, entry in zip(inputs_of(module), entries_of(module), strict=True)
    ]


def outputs(module: ModuleOp) -> list[Output]:
    """Every output of `main`, in order."""
    names, values, lines = value_names(module), outputs_of(module), exits_of(module)
    known = lines if len(lines) == len(values) else (None,) * len(values)
    return [
        Output(
            name=names[value],
            type=_type(value),
            shape=shape_of(value)[1:],
            factor=None if line is None else line.factor.tolist(),
            offset=None if line is None else line.offset.tolist(),
            scale=None if (grid := _grid(value)) is None else grid[0],
            zero_point=None if grid is None else grid[1],
        )
        for value, line in zip(values, known, strict=True)
    ]


def emit(module: ModuleOp, net: Program) -> Mapping[str, str]:
    """`<name>_boundary.json`, and the same as C constants, `<name>_boundary.h`."""
    given, made = inputs(module), outputs(module)
    data = {"inputs": [asdict(one) for one in given], "outputs": [asdict(one) for one in made]}
    env = environment("runtime/templates")
    env.filters.update(reals=_reals, count=lambda value: np.size(value))
    header = env.get_template("boundary.h.j2").render(
        net=net,
        inputs=list(zip(net.inputs, given, strict=True)),
        outputs=list(zip(net.outputs, made, strict=True)),
    )
    return {
        f"{net.name}_boundary.json": json.dumps(data, indent=2) + "\n",
        f"{net.name}_boundary.h": header,
    }


def _grid(value: SSAValue) -> tuple[float, int] | None:
    op = value.owner
    if not isinstance(op, QuantizedOp) or op.scale is None or op.zero_point is None:
        return None
    return op.scale.value.data, op.zero_point.value.data


def _type(value: SSAValue) -> str:
    return storage(tensor_type(value).element_type).name


def _reals(value: Reals) -> str:
    """A braced list that C reads back as exactly these numbers; a long one has its own lines."""
    flat: FloatArray = np.ravel(np.asarray(value, np.float64))
    return braced(list(map(repr, flat.tolist())))
