"""The integer network as MLIR text, to read, to run passes on, or to parse again."""

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp

from tercet.ir.op import IntegerOp
from tercet.targets.door import Artifact, Examples, Files, Refusal, Settings, Target
from tercet.targets.mlir import INFO


@dataclass(frozen=True, eq=False)
class MlirText(Artifact):
    """The module as text."""

    def files(self, name: str, examples: Examples | None = None) -> Files:
        return {f"{name}.mlir": str(self.module) + "\n"}

    @property
    def exposes(self) -> tuple[str, ...]:
        """None: it has no executor."""
        return ()


class Mlir(Target[None, MlirText]):
    """Takes every operator."""

    info = INFO

    def options(self, settings: Settings) -> None:
        return None

    def takes(self, op: type[IntegerOp]) -> Refusal | None:
        return None

    def lower(self, module: ModuleOp, options: None) -> MlirText:
        return MlirText(module)


TARGET = Mlir()
