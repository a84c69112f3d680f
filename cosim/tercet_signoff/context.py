"""The context of the checks. Golden values and the simulation are made once, at first use."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import ModuleOp

from tercet.errors import TercetError
from tercet.ir.types import IntArray
from tercet.targets.door import Artifact
from tercet_golden.vectors import Vectors
from tercet_signoff.request import Request
from tercet_signoff.stages import Stages

if TYPE_CHECKING:  # these import torch or the simulator, so they are imported at first use
    from tercet.frontends import Model
    from tercet.targets.fabric.program.plan import Plan
    from tercet_cosim.run import Memory, Run
    from tercet_golden.cycles import Prediction


@dataclass(frozen=True)
class CheckContext:
    """The context of a sign-off. Values are keyed by `tercet.ir.names`, with the vectors first."""

    request: Request
    stages: Stages
    model: "Model"
    """The user's model: its name, float module, example and samples."""
    captured: ModuleOp
    """The captured model in the float dialect."""
    module: ModuleOp
    """The integer graph."""
    artifacts: Mapping[str, Artifact | TercetError]
    """The artifact of each target by name, or the error by which it refused."""
    vectors: Vectors
    """The vectors of this sign-off."""
    whole: Vectors | None = None
    """The vectors of the sign-off that this one reruns in part."""

    def artifact(self, target: str) -> Artifact:
        """The artifact of a target. Raises the error by which the target refused the network."""
        found = self.artifacts[target]
        if isinstance(found, TercetError):
            raise found
        return found

    def executed(self, target: str) -> Mapping[str, IntArray]:
        """The values that the target's executor computes from the vectors, by name."""
        from tercet_signoff.executors.registry import executor

        return executor(target)(self.artifact(target), *self.vectors.xs)

    @property
    def plan(self) -> "Plan":
        """The fabric's plan. Raises the error by which the fabric refused the network."""
        from tercet.targets.fabric.target import FabricProgram

        found = self.artifact("fabric")
        assert isinstance(found, FabricProgram)
        return found.plan

    @property
    def planned(self) -> "Plan | None":
        """The fabric's plan, or None for a network that it refuses."""
        return None if isinstance(self.artifacts["fabric"], TercetError) else self.plan

    @cached_property
    def golden(self) -> dict[str, IntArray]:
        """Every value of the integer reference."""
        from tercet_golden import integer

        with self.stages.stage("integer reference"):
            return integer.run(self.module, *self.vectors.xs)

    @cached_property
    def prediction(self) -> "Prediction":
        """The cycles and counters that the cycle model predicts."""
        from tercet_golden import cycles

        with self.stages.stage("cycle model"):
            return cycles.predict(self.plan, *self.vectors.xs)

    @property
    def rtl(self) -> "Run":
        """The simulation of the fabric; after a failure, it raises the same error again."""
        if isinstance(self._simulated, Exception):
            raise self._simulated
        return self._simulated

    @property
    def simulated(self) -> "Run | None":
        """The simulation, or None if it failed; its checks report the reason."""
        return None if isinstance(self._simulated, Exception) else self._simulated

    @cached_property
    def _simulated(self) -> "Run | Exception":
        try:
            return self.simulate("RTL simulation", self.plan, *self.vectors.xs)
        except Exception as error:
            return error

    def simulate(
        self,
        stage: str,
        plan: "Plan",
        *xs: IntArray,
        memory: "Memory | None" = None,
        wave: str = "wave",
    ) -> "Run":
        """Run inputs through a plan on the RTL, with the options of the request.

        All simulations of a sign-off use one build; with waveforms, each writes its own.
        """
        from tercet_cosim import run

        if self._unbuilt is not None:
            raise self._unbuilt
        asked = self.request
        with self.stages.stage(stage):
            return run.simulate(
                plan,
                *xs,
                waves=asked.waves,
                memory=memory or run.Memory(),
                rtl=asked.rtl,
                out=asked.out,
                wave=wave,
            )

    @cached_property
    def _unbuilt(self) -> Exception | None:
        """The error of the RTL's build, None if it builds; tried once for all simulations."""
        from tercet_cosim.build.build import build

        try:
            with self.stages.stage("RTL build"):
                build(self.plan.spec, waves=self.request.waves, rtl=self.request.rtl)
        except Exception as error:
            return error
        return None

    def vector(self, index: int) -> int:
        """The number of a vector in the sign-off of all vectors, which messages use."""
        only, batch = self.request.only, self.request.batch
        return index if only is None else only // batch * batch + index
