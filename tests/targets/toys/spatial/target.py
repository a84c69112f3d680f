"""One linear layer with trits, unrolled: outputs are sums of wires."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from jinja2 import Environment, PackageLoader
from xdsl.dialects.builtin import ModuleOp

from tercet.errors import UnsupportedError
from tercet.ir.interval import is_signed
from tercet.ir.module import inputs_of, ops_of
from tercet.ir.op import IntegerOp
from tercet.ir.types import tensor_type, values_of
from tercet.ops.linear import Linear
from tercet.targets.door import Artifact, Examples, Files, Refusal, Settings, Target

SUM = 32
"""Bits of an output."""


@dataclass(frozen=True, eq=False)
class SpatialRtl(Artifact):
    """A combinational module."""

    op: Linear

    def files(self, name: str, examples: Examples | None = None) -> Files:
        kind = tensor_type(inputs_of(self.module)[0]).element_type
        weights = values_of(self.op.weight)
        template = Environment(loader=PackageLoader(__package__)).get_template("spatial.sv.j2")
        text = template.render(
            name=name,
            bits=kind.width.data,
            signed=is_signed(kind),
            sum=SUM,
            zero=int(self.op.zero_point.value.data),
            inputs=weights.shape[1],
            outputs=[_terms(row) for row in weights.tolist()],
        )
        return {f"{name}.sv": text + "\n"}

    @property
    def where(self) -> Mapping[str, str]:
        name = self.exposes[-1]
        return {name: f"{self.op.layer.data} as wires"}


def _terms(row: list[int]) -> list[tuple[str, int]]:
    """Sign and input of each trit that is not zero."""
    return [("+" if trit > 0 else "-", k) for k, trit in enumerate(row) if trit]


class Spatial(Target[None, SpatialRtl]):
    """Takes one linear layer, and nothing beside it."""

    info = import_module(__package__ or "").INFO

    def options(self, settings: Settings) -> None:
        return None

    def takes(self, op: type[IntegerOp]) -> Refusal | None:
        return None if op is Linear else Refusal(f"wires have no {op.name}")

    def lower(self, module: ModuleOp, options: None) -> SpatialRtl:
        self.examine(module)
        ops = ops_of(module)
        if len(ops) != 1:
            raise UnsupportedError(f"{ops[1].layer.data}: wires hold one layer, give one")
        (op,) = ops
        assert isinstance(op, Linear)
        if abs(values_of(op.weight)).max() > 1 or op.bias is not None:
            raise UnsupportedError(f"{op.layer.data}: wires hold trits without a bias")
        return SpatialRtl(module, op)


TARGET = Spatial()
