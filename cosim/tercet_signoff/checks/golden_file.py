"""golden.file: the user's own .onnx file by ONNXRuntime or qonnx, compared at every quantizer."""

from tercet.report.catalogue import Declared
from tercet.report.contract import Check
from tercet_signoff.context import CheckContext
from tercet_signoff.model import file

CHECK = Declared(
    id="golden.file",
    title="The user's own file differs only where rounding explains it",
    stage="V1",
    item="reference model: equal to the user's own",
    target=None,
    applies="of a file",
    judges=True,
)


def run(ctx: CheckContext) -> Check:
    return file(ctx, CHECK.id)
