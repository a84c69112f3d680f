"""The plan from a schedule: addresses in memory, and both programs."""

from collections.abc import Iterator, Sequence

from tercet.targets.fabric.format.frame import FRAME_BYTES, Store
from tercet.targets.fabric.format.spec import BUS_BYTES
from tercet.targets.fabric.network.network import Network
from tercet.targets.fabric.placement.memory import MEMORY_BASE, PAGE, Memory
from tercet.targets.fabric.program.arrivals import arrivals
from tercet.targets.fabric.program.exposed_values import layers_of
from tercet.targets.fabric.program.infer_program import Outputs, infer
from tercet.targets.fabric.program.length import require_short
from tercet.targets.fabric.program.plan import Plan, Program, Segment
from tercet.targets.fabric.program.ports import Entry, entries, exits
from tercet.targets.fabric.program.tiled_schedule import Tiled
from tercet.targets.fabric.program.transfers import room
from tercet.targets.fabric.tiles.grid import up
from tercet.targets.fabric.tiles.tensor import Tensor


def assembled(network: Network, names: Sequence[str], tiles: Tiled) -> Plan:
    """The plan without its field `heard`; `names` are the outputs'. Raises CapacityError."""
    schedule, spec = tiles.schedule, tiles.schedule.spec
    batch = schedule.batch.inputs
    memory = Memory("split the network" if batch == 1 else "choose a smaller --batch")
    brought = schedule.brought(memory)
    cuts = {s.shape.reads[0].tensor: s.cut for s in schedule.stages if s.cut}
    inputs = list(entries(network, tiles.layouts, cuts, spec))
    outputs = exits(network, names, schedule.stages, schedule.outs, tiles.words)
    input_step = sum(up(entry.port.size, BUS_BYTES) for entry in inputs)
    output_step = max(up(port.address + port.size, BUS_BYTES) for port in outputs)
    input_address = memory.take(batch * input_step, "input")
    output_address = memory.take(batch * output_step, "output")
    places = list(_stored(network, memory, batch, inputs, input_address, input_step))
    for i, each in enumerate(places):
        for tensor, port in zip(network.outputs, outputs, strict=True):
            if tensor in {part.source for part in network.stored.values()}:
                each[tensor] = output_address + i * output_step + port.address
    assert tiles.words * BUS_BYTES <= output_step
    stores = tuple(
        Store(
            config_id=spec.config_id,
            mask=1,
            layer=max(schedule.layers),
            address=output_address + i * output_step,
            beats=tiles.words,
            base=i % tiles.turns * tiles.words,
        )
        for i in range(batch)
    )
    setup = schedule.setup(brought)
    coming = list(arrivals(network, tiles, inputs, places))
    leaving = Outputs(stores, tiles.turns) if tiles.words else None
    frames = infer(schedule, brought, coming, places, leaving)
    require_short(len(frames), batch, spec, cut=bool(network.pieces))
    return Plan(
        spec=spec,
        layers=layers_of(schedule),
        setup=Program(memory.take(FRAME_BYTES * len(setup), "program"), setup),
        infer=Program(memory.take(FRAME_BYTES * len(frames), "program"), frames),
        segments=tuple(Segment(load.address, image.data) for image, load in brought.values()),
        inputs=tuple(entry.port for entry in inputs),
        outputs=outputs,
        input_address=input_address,
        input_bytes=batch * input_step,
        output_address=output_address,
        output_bytes=batch * output_step,
        window=(MEMORY_BASE, up(memory.top, PAGE)),
        heard={},
        batch=batch,
    )


def _stored(
    network: Network,
    memory: Memory,
    batch: int,
    inputs: Sequence[Entry],
    address: int,
    step: int,
) -> Iterator[dict[Tensor, int]]:
    """Addresses in memory of inputs and of stored tensors, for each input of the batch.

    A stored tensor has one address for all inputs: it is stored after its last readers of before.
    """
    found: dict[Tensor, int] = {}
    for part in network.stored.values():
        if part.source not in found and part.source not in network.outputs:
            found[part.source] = memory.take(
                room(part.source), f"activations of {part.source.name}"
            )
    for i in range(batch):
        yield {**found, **{e.tensor: address + i * step + e.port.address for e in inputs}}
