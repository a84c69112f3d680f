"""LOADs of parts of tensors to bank B, and exports of results from bank B to memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tercet.errors import CapacityError
from tercet.ir.interval import is_signed
from tercet.targets.fabric.format.frame import Bank, Exec, Kind, Load, Store
from tercet.targets.fabric.format.spec import BUS_BYTES, WORD, FabricSpec
from tercet.targets.fabric.network.network import Part
from tercet.targets.fabric.placement.capacity import way_out
from tercet.targets.fabric.stages.assign import memory_pitch
from tercet.targets.fabric.stages.stage import Stage
from tercet.targets.fabric.tiles.layout import Layout
from tercet.targets.fabric.tiles.tensor import Tensor


@dataclass(frozen=True)
class Export:
    """An EXEC that copies words of one tile's results to bank C, and the STORE behind it."""

    stage: int
    tile: int
    first: int
    """First activation of the tile's bank B."""
    words: int
    offset: int
    """First byte, from the start of the tensor in memory."""
    source: Tensor


def room(tensor: Tensor) -> int:
    """Bytes of a tensor in memory."""
    return tensor.positions * memory_pitch(tensor)


def exports_of(n: int, stage: Stage, part: Part, words: int) -> Iterator[Export]:
    """The exports that bring a stage's result to memory, at most `words` each."""
    layout = stage.shape.writes
    assert layout is not None
    grid, pitch = layout.grid, layout.pitch
    for p in range(grid.bands):
        total = int(layout.counts[p]) * pitch // WORD
        begin = (part.region.first + int(layout.first[p])) * pitch
        for at in range(0, total, words):
            count = min(words, total - at)
            yield Export(
                n,
                grid.tile(p, 0, 0),
                layout.base + at * WORD,
                count,
                begin + at * WORD,
                part.source,
            )


def export_frame(export: Export, layer: int, zero_point: int, out: int, spec: FabricSpec) -> Exec:
    """The EXEC of an export, to word `out` of bank C."""
    return Exec(
        config_id=spec.config_id,
        mask=(1 << spec.tiles) - 1,
        layer=layer,
        kind=Kind.EXPORT,
        act_base=export.first,
        groups=export.words,
        out_base=out,
        zero_point=zero_point,
        tile=export.tile,
        tiles=1,
    )


def store_frame(
    export: Export, layer: int, out: int, places: Mapping[Tensor, int], spec: FabricSpec
) -> Store:
    """The STORE of an export, from word `out` of bank C."""
    return Store(
        config_id=spec.config_id,
        mask=1,
        layer=layer,
        address=places[export.source] + export.offset,
        beats=export.words,
        base=out,
    )


def part_loads(layout: Layout, part: Part, address: int, spec: FabricSpec) -> Iterator[Load]:
    """LOADs of a tensor's positions to the bands that read them."""
    grid, tensor, pitch = layout.grid, layout.tensor, layout.pitch
    outs = sum(1 << grid.tile(0, o, 0) for o in range(grid.outs))
    for p in range(grid.bands):
        first = int(layout.first[p])
        for place, position, count in part.region.runs(first, first + int(layout.counts[p])):
            beats = count * pitch // BUS_BYTES
            yield Load(
                config_id=spec.config_id,
                bank=Bank.ACTIVATIONS,
                base=layout.base + (place - first) * pitch,
                signed_bytes=is_signed(tensor.element),
                zero_point=tensor.zero_point,
                mask=outs << grid.tile(p, 0, 0),
                address=address + position * pitch,
                beats=beats,
                slice_beats=beats,
            )


def staging(outputs: int, spec: FabricSpec) -> tuple[int, int]:
    """Two buffers in bank C behind the outputs' words: first word of the first, words of each."""
    words = (spec.out_depth - outputs) // 2
    if words < 1:
        raise CapacityError(
            f"bank C has {spec.out_depth} words, {outputs} of them for outputs: none is "
            "left for activations on their way to memory",
            way_out=way_out(2 * spec.out_depth, "out_depth", spec),
        )
    return outputs, words
