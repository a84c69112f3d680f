"""Families of operator domains, each with all its names over the years."""

from enum import Enum


class Domain(Enum):
    """A family of operators."""

    STANDARD = ("", "ai.onnx")
    QONNX = (
        "qonnx.custom_op.general",
        "onnx.brevitas",
        "finn.custom_op.general",
        "finn",
    )
    CHANNELS_LAST = ("qonnx.custom_op.channels_last", "finn.custom_op.channels_last")
    """Standard operators on (batch, .., channels)."""
    MICROSOFT = ("com.microsoft",)

    @property
    def way_out(self) -> str:
        """The general way out for an unsupported operator of this family."""
        return WAYS_OUT[self]

    @classmethod
    def of(cls, name: str) -> "Domain | None":
        """The family that the domain `name` belongs to."""
        return next((domain for domain in cls if name in domain.value), None)


WAYS_OUT = {
    Domain.STANDARD: "hand over the PyTorch module itself",
    Domain.QONNX: "run qonnx-cleanup on the file, or hand over the module that it was made of",
    Domain.CHANNELS_LAST: "put its standard form between two Transposes",
    Domain.MICROSOFT: "ONNXRuntime's optimizer makes such nodes: quantize the file without it "
    "(graph_optimization_level = ORT_DISABLE_ALL, and no quant_pre_process optimization)",
}
HARDWARE = ("finn.custom_op.fpgadataflow", "finn.custom_op.logicnets")
"""Prefixes of the domains of FINN's hardware nodes."""


def advice(name: str) -> str:
    """The way out for the domain `name`, which belongs to none of these families."""
    if name.startswith(HARDWARE):
        return "hand over the file that FINN saved before it made hardware layers of it"
    known = ", ".join(domain.value[0] for domain in Domain if domain.value[0])
    return f"Tercet takes standard ONNX and {known}: hand over the PyTorch module itself"
