"""Choose, layer by layer, how many input and output slices: the cheapest chain by estimate."""

from collections.abc import Sequence

from tercet.fabric.mapping import DenseMap, up
from tercet.fabric.spec import BUS_BYTES, FabricSpec
from tercet.plan.layers import Layer


def choose(layers: Sequence[Layer], spec: FabricSpec) -> tuple[DenseMap, ...]:
    """The mapping of every layer.

    A layer's cost depends on its own input slices and, through the write-back, on those of the next
    layer: dynamic programming from the last layer to the first.
    """
    slices = [1 << i for i in range(spec.tiles.bit_length())]
    after: dict[int, tuple[float, tuple[DenseMap, ...]]] = {1: (0.0, ())}
    for i, layer in reversed(list(enumerate(layers))):
        best: dict[int, tuple[float, tuple[DenseMap, ...]]] = {}
        for tk in slices:
            options = (
                (cost + mapped.estimate(), (mapped, *rest))
                for targets, (cost, rest) in after.items()
                for mapped in [map_layer(layer, spec, tk, targets, rest, first=i == 0)]
            )
            best[tk] = min(options, key=lambda option: option[0])
        after = best
    return min(after.values(), key=lambda option: option[0])[1]


def map_layer(
    layer: Layer,
    spec: FabricSpec,
    tk: int,
    targets: int,
    rest: tuple[DenseMap, ...],
    *,
    first: bool,
) -> DenseMap:
    """A layer on `tk` input slices, before a layer of `targets` of them; `rest` is mapped."""
    outputs, inputs = layer.matrix.shape
    slice_inputs = -(-inputs // tk)
    return DenseMap(
        inputs=inputs,
        outputs=outputs,
        tiles=spec.tiles,
        lanes=spec.lanes,
        tk=tk,
        # a slice that LOAD brings is whole beats
        slice_inputs=up(slice_inputs, BUS_BYTES) if first else slice_inputs,
        targets=targets,
        block=rest[0].slice_inputs if rest else outputs,
    )
