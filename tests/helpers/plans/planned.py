"""Plans run in the model of the fabric, value by value against the integer reference."""

import zlib
from collections.abc import Callable, Iterator

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from draw.networks.convolutional import cnn
from draw.networks.dense import randomly
from tercet.errors import CapacityError, UnsupportedError
from tercet.ir.host.boundary import entries_of
from tercet.ir.module import inputs_of
from tercet.ir.types import IntArray, shape_of
from tercet.targets.fabric.choice.bank_b import Chooser
from tercet.targets.fabric.choice.search import choose
from tercet.targets.fabric.format.spec import named
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.plan import LayerPlan, Plan
from tercet_golden import integer
from tercet_golden.cycles import predict

WAYS_OUT = 40


def seeded(*parts: object) -> np.random.Generator:
    """Random numbers that depend on `parts` alone."""
    return np.random.default_rng(zlib.crc32(repr(parts).encode()))


def drawn_fabric(rng: np.random.Generator, telemetry: int = 1) -> str:
    """A configuration with banks so small that hardly anything fits."""

    def depth(low: int, high: int) -> int:
        return 1 << int(rng.integers(low, high + 1))

    return (
        f"T={depth(0, 4)},L={5 * int(rng.integers(1, 7))},TELEMETRY={telemetry},"
        f"bank_a_depth={depth(6, 9)},bank_b_depth={depth(6, 10)},param_depth={depth(4, 8)},"
        f"walk_depth={depth(5, 9)},route_depth={depth(5, 9)},out_depth={depth(4, 8)}"
    )


def drawn_inputs(module: ModuleOp, rng: np.random.Generator, count: int) -> list[IntArray]:
    """Vectors [count, ...] of each input; a share of their elements, from 0 to 1, is zero."""
    found = []
    for entry, value in zip(entries_of(module), inputs_of(module), strict=True):
        shape = (count, *shape_of(value)[1:])
        x = rng.integers(entry.clip.low, entry.clip.high + 1, shape)
        zero = min(max(0, entry.clip.low), entry.clip.high)
        x[rng.random(shape) < rng.random()] = zero
        found.append(entry.possible(x))
    return found


def planned(module: ModuleOp, fabric: str, chooser: Chooser = choose) -> tuple[Plan, list[str]]:
    """A plan on the fabric, or on the first that the refusals lead to; and the refusals.

    Raises CapacityError where they lead nowhere.
    """
    refusals: list[str] = []
    while True:
        try:
            return make(module, named(fabric), chooser), refusals
        except CapacityError as error:
            _, found, fabric = str(error).rpartition("--fabric ")
            if not found or str(error) in refusals or len(refusals) > WAYS_OUT:
                raise
            refusals.append(str(error))


def with_layer(
    wanted: Callable[[LayerPlan], bool], count: int, fabric: str
) -> Iterator[tuple[ModuleOp, Plan, np.random.Generator]]:
    """So many random networks, on random grids, that have such a layer."""
    found = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        module = cnn(rng)
        try:
            plan = make(module, named(fabric), randomly(rng))
        except (CapacityError, UnsupportedError):
            continue
        if any(map(wanted, plan.layers)):
            print(f"seed {seed}")
            yield module, plan, rng
            found += 1
        if found == count:
            return
    raise AssertionError(f"{found} networks with such a layer, wanted {count}")


def require_as_reference(module: ModuleOp, plan: Plan, *xs: IntArray) -> int:
    """Every element that a frame writes and every output; how many elements were compared."""
    want, ran, count = integer.run(module, *xs), predict(plan, *xs), 0
    for name, found in plan.unpack(ran.outputs, len(xs[0])).items():
        np.testing.assert_array_equal(found, want[name].reshape(len(found), -1), name)
        count += found.size
    for r, run in enumerate(ran.runs):
        seen: dict[tuple[str, int], set[int]] = {}
        for record in run.frames:
            if record.heard is None or not len(record.heard.results):
                continue
            shown = plan.heard[record.number]
            name, real = plan.layers[shown.layer].result_name, shown.elements >= 0
            v = r * plan.batch + shown.vector
            if name not in want or v >= len(xs[0]):
                continue
            expected = want[name][v].reshape(-1)[shown.elements[real]]
            np.testing.assert_array_equal(record.heard.results[real], expected, name)
            seen.setdefault((name, v), set()).update(shown.elements[real].tolist())
        count += sum(map(len, seen.values()))
    return count
