"""The two programs: one that makes a network resident, one that runs an input through it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tercet.fabric.frame import Bank, Exec, Frame, Load, Store
from tercet.fabric.spec import BUS_BYTES, FabricSpec
from tercet.plan.plan import LayerPlan


@dataclass(frozen=True)
class Images:
    """What is loaded once: bytes, layer by layer."""

    weights: tuple[bytes, ...]
    params: tuple[bytes, ...]


@dataclass(frozen=True)
class Addresses:
    """Where it all lies in memory."""

    weights: tuple[int, ...]
    params: tuple[int, ...]
    input: int
    output: int


def setup_frames(
    spec: FabricSpec, layers: Sequence[LayerPlan], images: Images, at: Addresses
) -> tuple[Frame, ...]:
    """Weights go to every tile in turn, parameters to the first tile of every output slice."""
    frames: list[Frame] = []
    for i, layer in enumerate(layers):
        weights, params = len(images.weights[i]) // BUS_BYTES, len(images.params[i]) // BUS_BYTES
        common = Load(config_id=spec.config_id, layer=i, mask=1)
        frames.append(
            replace(
                common,
                bank=Bank.WEIGHTS,
                address=at.weights[i],
                beats=weights,
                slice_beats=weights // spec.tiles,
                base=layer.column_base,
                rotate=1 % spec.tiles,
            )
        )
        frames.append(
            replace(
                common,
                bank=Bank.PARAMETERS,
                address=at.params[i],
                beats=params,
                slice_beats=params // layer.to,
                base=layer.param_base,
                rotate=layer.tk % spec.tiles,
            )
        )
    return _ended(frames)


def infer_frames(
    spec: FabricSpec, layers: Sequence[LayerPlan], at: Addresses, signed: bool, output_bytes: int
) -> tuple[Frame, ...]:
    """Load the input part by part, run the layers, store the result."""
    first = layers[0]
    frames: list[Frame] = []
    address, column = at.input, 0
    for n, chunk in enumerate(first.chunks):
        last = n == len(first.chunks) - 1
        load = _load_input(spec, first, address, column, chunk, signed)
        part = _exec(spec, layers, 0, column, chunk, chain=not last)
        frames += [load, replace(part, wait_load=n + 1)]
        address += first.tk * chunk
        column += chunk
    frames += [
        _exec(spec, layers, i, 0, layer.chunks[0], chain=False)
        for i, layer in enumerate(layers)
        if i
    ]
    execs = sum(isinstance(frame, Exec) for frame in frames)
    store = Store(
        config_id=spec.config_id,
        mask=1,
        layer=len(layers) - 1,
        wait_exec=execs,
        address=at.output,
        beats=output_bytes // BUS_BYTES,
    )
    return _ended([*frames, store])


def _load_input(
    spec: FabricSpec, layer: LayerPlan, address: int, at: int, inputs: int, signed: bool
) -> Load:
    """Input slice k goes to the tiles whose number is k modulo tk."""
    mask = sum(1 << t for t in range(0, spec.tiles, layer.tk))
    return Load(
        config_id=spec.config_id,
        mask=mask,
        bank=Bank.ACTIVATIONS,
        address=address,
        beats=layer.tk * inputs // BUS_BYTES,
        slice_beats=inputs // BUS_BYTES,
        base=layer.act_base + at,
        rotate=1 % spec.tiles,
        signed_bytes=signed,
        zero_point=layer.zero_point,
    )


def _exec(
    spec: FabricSpec, layers: Sequence[LayerPlan], i: int, at: int, columns: int, *, chain: bool
) -> Exec:
    layer = layers[i]
    frame = Exec(
        config_id=spec.config_id,
        mask=(1 << spec.tiles) - 1,
        layer=i,
        column_base=layer.column_base + at,
        act_base=layer.act_base + at,
        length=columns,
        passes=layer.passes,
        chain=chain,
        log2_tk=_log2(layer.tk),
    )
    if chain:
        return frame
    mapping, post = layer.mapping, layer.post
    to_c = i == len(layers) - 1
    return replace(
        frame,
        param_base=layer.param_base,
        outputs=mapping.stream,
        block=mapping.block,
        out_base=0 if to_c else layers[i + 1].act_base,
        log2_phases=_log2(mapping.phases),
        log2_split=_log2(mapping.split),
        log2_next=_log2(mapping.targets),
        to_c=to_c,
        wide=post.wide,
        threshold=post.threshold,
        entries=post.entries,
        low=post.low,
        high=post.high,
        zero_point=post.zero_point,
    )


def _log2(value: int) -> int:
    return value.bit_length() - 1


def _ended(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    return (*frames[:-1], replace(frames[-1], last=1))
