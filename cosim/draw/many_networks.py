"""Many networks on one fabric, dozens in a simulation, with a count of the outcomes."""

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from time import process_time

from xdsl.dialects.builtin import ModuleOp

from draw.predicted import PLAIN, require_as_predicted
from tercet.errors import CapacityError, TercetError, UnsupportedError
from tercet.ir.types import IntArray
from tercet.targets.fabric.choice.bank_b import Chooser
from tercet.targets.fabric.choice.search import choose
from tercet.targets.fabric.format.frame import Bank, Exec, Kind, Load
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.planner import make
from tercet.targets.fabric.program.plan import Plan
from tercet_cosim.run import Memory, Work, simulate_all

BATCH = 32
"""Networks of one simulation."""


@dataclass(frozen=True, eq=False)
class Case:
    """A network, its inputs, and how to plan it."""

    name: str
    module: ModuleOp
    xs: tuple[IntArray, ...]
    chooser: Chooser = choose
    memory: Memory = PLAIN


@dataclass
class Tally:
    """The outcomes of the networks on a fabric."""

    fabric: str
    passed: int = 0
    compared: int = 0
    """Compared elements that equal the reference."""
    streamed: int = 0
    """Passed networks with streamed weights, parameters or tables."""
    spilled: int = 0
    """Passed networks with spilled activations."""
    unsupported: dict[str, str] = field(default_factory=dict)
    """Networks that no fabric has steps for, with the reason."""
    refused: dict[str, str] = field(default_factory=dict)
    """Networks that do not fit, with the way out."""
    failed: dict[str, str] = field(default_factory=dict)
    planning: float = 0.0
    """Processor seconds."""
    simulating: float = 0.0
    """The part of the simulator's own."""
    checking: float = 0.0

    def told(self) -> str:
        """The counts in one line."""
        return (
            f"{self.fabric}: {self.passed} passed ({self.streamed} streamed, {self.spilled}"
            f" spilled; {self.compared} elements), {len(self.refused)} do not fit,"
            f" {len(self.unsupported)} have no mapping, {len(self.failed)} failed; seconds: plans"
            f" {self.planning:.0f}, clock {self.simulating:.0f}, model {self.checking:.0f}"
        )

    def refusals(self) -> str:
        """The reasons of all networks that do not run."""
        found = {**self.unsupported, **self.refused}
        return "\n".join(f"{name} on {self.fabric}: {why}" for name, why in found.items())

    def complaints(self) -> str:
        """The messages of all failures."""
        return "\n".join(f"{name} on {self.fabric}:\n{why}" for name, why in self.failed.items())


def hold(cases: Iterable[Case], spec: FabricSpec, wanted: int | None = None) -> Tally:
    """Plan, simulate and compare the cases, or until `wanted` of them were not refused."""
    tally, source = Tally(spec.name), iter(cases)
    planned = _planned(source, spec, tally)
    while True:
        left = BATCH if wanted is None else wanted - tally.passed - len(tally.failed)
        batch = list(islice(planned, min(BATCH, max(left, 0))))
        if not batch:
            return tally
        runs = simulate_all([work for _, work in batch])
        began = process_time()
        for (case, work), run in zip(batch, runs, strict=True):
            if isinstance(run, TercetError):
                tally.failed[case.name] = str(run)
                continue
            tally.simulating += run.seconds
            try:
                tally.compared += require_as_predicted(case.module, run, work)
            except Exception:
                tally.failed[case.name] = traceback.format_exc()
                continue
            tally.passed += 1
            tally.streamed += is_streamed(work.plan)
            tally.spilled += is_spilled(work.plan)
        tally.checking += process_time() - began


def _planned(cases: Iterator[Case], spec: FabricSpec, tally: Tally) -> Iterator[tuple[Case, Work]]:
    """The cases with a plan; an exception in the planner is a failure."""
    for case in cases:
        began = process_time()
        try:
            work = Work(make(case.module, spec, case.chooser), case.xs, case.memory)
        except CapacityError as refused:
            tally.refused[case.name] = str(refused)
            continue
        except UnsupportedError as refused:
            tally.unsupported[case.name] = str(refused)
            continue
        except Exception:
            tally.failed[case.name] = traceback.format_exc()
            continue
        finally:
            tally.planning += process_time() - began
        yield case, work


def is_streamed(plan: Plan) -> bool:
    """Whether an inference loads more than activations."""
    loads = (frame for frame in plan.infer.frames if isinstance(frame, Load))
    return any(load.bank != Bank.ACTIVATIONS for load in loads)


def is_spilled(plan: Plan) -> bool:
    """Whether an inference stores activations that a later frame loads."""
    execs = (frame for frame in plan.infer.frames if isinstance(frame, Exec))
    return any(frame.kind == Kind.EXPORT for frame in execs)
