"""Standard ONNX: any runtime computes the same integers."""

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp

from tercet.ir.op import IntegerOp
from tercet.targets.door import Artifact, Examples, Files, Refusal, Settings, Target
from tercet.targets.onnx import INFO


@dataclass(frozen=True, eq=False)
class OnnxFile(Artifact):
    """The ONNX file, which is made when it is asked for; only then onnx is imported."""

    def files(self, name: str, examples: Examples | None = None) -> Files:
        from tercet.targets.onnx.graph import emit

        return emit(self.module, name)


class Onnx(Target[None, OnnxFile]):
    """Takes every operator that can write itself as standard ONNX."""

    info = INFO

    def options(self, settings: Settings) -> None:
        return None

    def takes(self, op: type[IntegerOp]) -> Refusal | None:
        return None if getattr(op, "onnx", None) else Refusal(f"{op.name} has no form in ONNX")

    def lower(self, module: ModuleOp, options: None) -> OnnxFile:
        self.examine(module)
        return OnnxFile(module)


TARGET = Onnx()
