"""golden.onnxruntime: the integer graph, exported to standard ONNX, by ONNXRuntime."""

from tercet.report.catalogue import Declared
from tercet.report.contract import Check
from tercet_signoff.compare import bitexact
from tercet_signoff.context import CheckContext

CHECK = Declared(
    id="golden.onnxruntime",
    title="ONNXRuntime equals the integer reference",
    stage="V1",
    item="reference model: a second executor of the integers",
    target="onnx",
)


def run(ctx: CheckContext) -> Check:
    return bitexact(ctx, CHECK.id, ctx.executed("onnx"))
