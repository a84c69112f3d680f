"""LOAD frames and their bytes: weights, parameters, tables and inputs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tercet.ir.interval import is_signed
from tercet.targets.fabric.format import pt5
from tercet.targets.fabric.format.frame import Bank, Load
from tercet.targets.fabric.format.spec import BUS_BYTES, WORD, FabricSpec
from tercet.targets.fabric.stages.stage import Stage
from tercet.targets.fabric.tiles.grid import up
from tercet.targets.fabric.tiles.layout import Layout
from tercet.targets.fabric.tiles.table import Table


@dataclass(frozen=True)
class Image:
    """Bytes, slice after slice, and the LOAD that loads them; its address is still 0."""

    what: str
    data: bytes
    load: Load


def _image(what: str, slices: npt.NDArray[np.uint8], load: Load) -> Image:
    """The image of bytes [slices, n], n a multiple of 8."""
    beats = slices.shape[1] // BUS_BYTES
    rotate = load.rotate if len(slices) > 1 else 0
    frame = replace(load, beats=beats * len(slices), slice_beats=beats, rotate=rotate)
    return Image(what, slices.tobytes(), frame)


def _bands(stage: Stage) -> int:
    """Mask of the first tile of every band; with turned lanes, of the bands with the first turn."""
    grid = stage.shape.grid
    return sum(1 << grid.tile(p, 0, 0) for p in range(0, grid.bands, stage.code.made.turned))


def _merged(
    slices: npt.NDArray[np.uint8], mask: int, rotate: int, tiles: int
) -> tuple[npt.NDArray[np.uint8], int, int]:
    """Slices, mask and rotation, reduced to one slice for all tiles if all slices are equal."""
    if (slices == slices[:1]).all():
        return slices[:1], (1 << tiles) - 1, 0
    return slices, mask, rotate


def weights_image(stage: Stage, groups: range, spec: FabricSpec, base: int) -> Image:
    """The weight columns of some groups, as PT-5 bytes slice after slice."""
    trits = stage.columns(groups)
    gap = up(trits.shape[1], WORD) - trits.shape[1]
    packed = pt5.pack(np.pad(trits, ((0, 0), (0, gap), (0, 0)))).reshape(len(trits), -1)
    load = Load(
        config_id=spec.config_id, bank=Bank.WEIGHTS, base=base, mask=_bands(stage), rotate=1
    )
    return _image("weights", packed, load)


def params_image(stage: Stage, groups: range, spec: FabricSpec, base: int) -> Image:
    """The parameter entries of some groups, source after source."""
    grid, data, made = stage.shape.grid, stage.params(groups), stage.code.made
    # sources are slices of inputs, next to each other, or of outputs
    apart = int(np.diff(made.leaders[0])[0]) if made.leaders.shape[1] > 1 else 0
    rotate = grid.slices if made.turned > 1 else max(apart, 1)
    flat = data.reshape(len(data), -1)
    slices, mask, rotate = _merged(flat, _bands(stage), rotate, spec.tiles)
    load = Load(config_id=spec.config_id, bank=Bank.PARAMETERS, base=base, mask=mask, rotate=rotate)
    return _image("parameters", slices, load)


def table_image(bank: Bank, table: Table, spec: FabricSpec, base: int) -> Image:
    """The entries of a walk or route table, tile after tile."""
    words = table.words(base).astype("<u8").view(np.uint8)
    slices, mask, rotate = _merged(words, 1, 1, spec.tiles)
    load = Load(config_id=spec.config_id, bank=bank, base=base, mask=mask, rotate=rotate)
    return _image(f"{bank.name.lower()} table", slices, load)


def input_loads(
    layout: Layout, spec: FabricSpec, cut: int = 0
) -> Iterator[tuple[Load, npt.NDArray[np.int64]]]:
    """LOADs of an input, each with the element at each of its bytes; addresses are still 0.

    With `cut`, a first LOAD has the first `cut` activations of every tile.
    """
    grid, tensor = layout.grid, layout.tensor
    common = Load(
        config_id=spec.config_id,
        bank=Bank.ACTIVATIONS,
        base=layout.base,
        signed_bytes=is_signed(tensor.element),
        zero_point=tensor.zero_point,
    )
    held = np.array([[layout.held(p, k) for k in range(grid.slices)] for p in range(grid.bands)])
    beats = layout.size // BUS_BYTES
    outs = sum(1 << grid.tile(0, o, 0) for o in range(grid.outs))
    if grid.slices == 1 or grid.bands == 1:
        flat = held.reshape(-1, layout.size)
        rotate = (1 if grid.slices > 1 else grid.outs) if len(flat) > 1 else 0
        for part in np.split(flat, [cut], axis=1) if cut else [flat]:
            beats = part.shape[1] // BUS_BYTES
            load = replace(common, mask=outs, rotate=rotate, slice_beats=beats)
            yield replace(load, beats=beats * len(part)), part.reshape(-1)
            common = replace(common, base=common.base + cut)
        return
    for p, band in enumerate(held):
        load = replace(
            common,
            mask=outs << grid.tile(p, 0, 0),
            rotate=1,
            beats=beats * grid.slices,
            slice_beats=beats,
        )
        yield load, band.reshape(-1)
