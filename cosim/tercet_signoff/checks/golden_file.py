"""The user's own .onnx file, run by ONNXRuntime or by qonnx, at every quantizer."""

from tercet.report.contract import Check
from tercet_signoff.context import CheckContext
from tercet_signoff.model import file

ID = "golden.file"


def run(ctx: CheckContext) -> Check:
    return file(ctx, ID)
