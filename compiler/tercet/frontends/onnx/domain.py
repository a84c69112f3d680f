"""Families of operator domains: the same operators went under several names over the years."""

from enum import Enum


class Domain(Enum):
    """Whose operators."""

    STANDARD = ("", "ai.onnx")
    QONNX = (
        "qonnx.custom_op.general",
        "onnx.brevitas",
        "finn.custom_op.general",
        "finn",
    )
    MICROSOFT = ("com.microsoft",)

    @classmethod
    def of(cls, name: str) -> "Domain | None":
        """The family that the domain `name` belongs to."""
        return next((domain for domain in cls if name in domain.value), None)
