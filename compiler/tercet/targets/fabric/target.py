"""The target `fabric`: whole networks as programs of its tiles, with the RTL."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import ModuleOp

from tercet.ir.op import IntegerOp
from tercet.targets.door import Artifact, Examples, Files, Refusal, Settings, Target
from tercet.targets.effort import USUAL, Asked
from tercet.targets.fabric import INFO
from tercet.targets.fabric.format.spec import FabricSpec, named
from tercet.targets.fabric.layer_options import grids_of
from tercet.targets.fabric.lower import lower
from tercet.targets.fabric.lower.registry import takes
from tercet.targets.fabric.program.plan import LayerPlan, Plan
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.rows import Choice, Layer
from tercet.targets.rows import Grid as Shares
from tercet.targets.shared.shipped import shipped

if TYPE_CHECKING:
    from tercet.targets.fabric.choice.recorded_search import Search


@dataclass(frozen=True)
class FabricOptions:
    """Options of one plan."""

    spec: FabricSpec
    batch: int = 1
    """Inputs that one doorbell runs."""
    asked: Asked = USUAL
    grids: Mapping[str, Grid] = field(default_factory=dict)
    """Grids that the user chose, by the layer's name."""


@dataclass(frozen=True, eq=False)
class FabricProgram(Artifact):
    """A plan, and the search that chose its grids."""

    plan: Plan
    search: "Search"

    def files(self, name: str, examples: Examples | None = None) -> Files:
        from tercet.targets.fabric import files

        return {**files.emit(self.plan, name), **shipped("rtl", "*.sv", "*.svh")}

    @property
    def exposes(self) -> tuple[str, ...]:
        """Sums and results of its layers, and the outputs; moved views are not computed."""
        known = set(super().exposes)
        ports = (port.name for port in self.plan.outputs)
        return tuple(name for name in dict.fromkeys((*_heard(self.plan), *ports)) if name in known)

    def traffic(self, batch: int) -> tuple[int, int]:
        """Bytes that LOADs read and STOREs write, padding included."""
        return self.plan.input_bytes, self.plan.output_bytes

    @property
    def where(self) -> Mapping[str, str]:
        found: dict[str, list[str]] = {}
        for x in self.plan.layers:
            for name in dict.fromkeys((x.sum_name, x.result_name)):
                if name is not None:
                    found.setdefault(name, []).append(f"{x.name} on {x.grid} tiles")
        return {name: ", ".join(dict.fromkeys(texts)) for name, texts in found.items()}

    @property
    def layers(self) -> tuple[Layer, ...]:
        return tuple(map(_row, self.plan.layers))

    @property
    def choices(self) -> tuple[Choice, ...]:
        return self.search.choices((layer.name, layer.grid) for layer in self.plan.layers)


def _heard(plan: Plan) -> Iterator[str]:
    """Names of the layers' sums and results, and of concatenations that results lie inside."""
    for heard in plan.heard.values():
        layer = plan.layers[heard.layer]
        if layer.sum_name is not None and heard.bias is not None:
            yield layer.sum_name
        yield layer.result_name
        yield from heard.within


def _row(found: LayerPlan) -> Layer:
    positions, channels = found.shape
    return Layer(
        name=found.name,
        kind=found.kind,
        result=found.result_name,
        grid=Shares(found.grid.bands, found.grid.slices, found.grid.outs),
        positions=positions,
        channels=channels,
        groups=found.groups,
        lanes=found.lanes,
        planes=found.planes if found.columns else 0,
        columns=found.columns,
        sparsity=found.weight_sparsity,
    )


class Fabric(Target[FabricOptions, FabricProgram]):
    """Takes operators that have a rule in `lower/rules`, in whole networks."""

    info = INFO

    def options(self, settings: Settings) -> FabricOptions:
        spec = named(settings.fabric)
        grids = grids_of(settings.layers, spec)
        return FabricOptions(spec, settings.batch, settings.asked, grids)

    def takes(self, op: type[IntegerOp]) -> Refusal | None:
        return None if takes(op) else Refusal(f"the fabric has no rule for {op.name}")

    def lower(self, module: ModuleOp, options: FabricOptions) -> FabricProgram:
        from tercet.targets.fabric import planner
        from tercet.targets.fabric.choice.pinned_grids import Pinned, require_pinned
        from tercet.targets.fabric.choice.recorded_search import Search

        search = Search()
        chooser = Pinned(search, options.grids) if options.grids else search
        plan = planner.make(module, options.spec, chooser, batch=options.batch, asked=options.asked)
        laid = ((layer.name, layer.grid) for layer in plan.layers)
        require_pinned(options.grids, laid, options.spec.name)
        return FabricProgram(module, plan, search)

    def examine(self, module: ModuleOp) -> None:
        lower(module)


TARGET = Fabric()
