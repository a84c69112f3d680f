"""How to read a file: what it leaves open."""

from dataclasses import dataclass

from tercet.errors import UsageError


@dataclass(frozen=True)
class Reading:
    """How to read a file: what it leaves open."""

    input_type: str | None = None
    """Values of a float input, where the file does not quantize it: FIXED<16,6>, INT8:0.1."""
    semantics: str = "ideal"
    input_shape: tuple[int, ...] | None = None
    """Batch first, where the file leaves it open."""


AS_WRITTEN = Reading()


def reading(input_type: str | None, input_shape: str | None, semantics: str) -> Reading:
    """The options that belong to files; the shape is written as in 1,3,32,32."""
    if input_shape is None:
        return Reading(input_type, semantics)
    words = input_shape.split(",")
    if not all(word.strip().isdecimal() for word in words):
        raise UsageError(f"--input-shape {input_shape}: wanted whole numbers, such as 1,3,32,32")
    return Reading(input_type, semantics, tuple(map(int, words)))
