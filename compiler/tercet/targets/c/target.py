"""C99 that runs a network on any host."""

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp

from tercet.ir.op import IntegerOp
from tercet.targets.c import INFO, source
from tercet.targets.door import Artifact, Examples, Files, Refusal, Settings, Target
from tercet.targets.shared.program import without_kernel
from tercet.targets.shared.shipped import shipped


@dataclass(frozen=True, eq=False)
class CSource(Artifact):
    """The network's C99 and the runtime's sources: all that a C99 compiler needs."""

    def files(self, name: str, examples: Examples | None = None) -> Files:
        runtime = shipped("runtime/include", "*.h") | shipped("runtime/src", "*.[ch]")
        return {**source.emit(self.module, name), **runtime}


class C(Target[None, CSource]):
    """Takes operators that declare a kernel of the runtime."""

    info = INFO

    def options(self, settings: Settings) -> None:
        return None

    def takes(self, op: type[IntegerOp]) -> Refusal | None:
        return None if getattr(op, "c", None) else Refusal(without_kernel(op.name, "C"))

    def lower(self, module: ModuleOp, options: None) -> CSource:
        self.examine(module)
        return CSource(module)


TARGET = C()
