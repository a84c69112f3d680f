"""ONNXRuntime on the integer graph exported as standard ONNX."""

from tercet.report.contract import Check
from tercet_signoff.compare import bitexact
from tercet_signoff.context import CheckContext

ID = "golden.onnxruntime"


def run(ctx: CheckContext) -> Check:
    return bitexact(ctx, ID, ctx.executed("onnx"))
