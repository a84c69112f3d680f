"""HLS C++14 for a synthesis tool, with a test bench."""

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp

from tercet.ir.op import IntegerOp
from tercet.targets.door import Artifact, Examples, Files, Refusal, Settings, Target
from tercet.targets.hls import INFO, source
from tercet.targets.shared.program import without_kernel
from tercet.targets.shared.shipped import shipped


@dataclass(frozen=True, eq=False)
class HlsSource(Artifact):
    """The network, the kernels that it calls, and a test bench if there are examples."""

    def files(self, name: str, examples: Examples | None = None) -> Files:
        headers = shipped("hls/include", "*.hpp") | shipped("runtime/include", "*.h")
        sources = dict(source.emit(self.module, name))
        if examples is not None:
            sources |= source.testbench(self.module, name, examples.given, examples.wanted)
        return {**sources, **headers}


class Hls(Target[None, HlsSource]):
    """Takes operators that declare a kernel of hls/include."""

    info = INFO

    def options(self, settings: Settings) -> None:
        return None

    def takes(self, op: type[IntegerOp]) -> Refusal | None:
        return None if getattr(op, "hls", None) else Refusal(without_kernel(op.name, "HLS"))

    def lower(self, module: ModuleOp, options: None) -> HlsSource:
        self.examine(module)
        return HlsSource(module)


TARGET = Hls()
