"""Reading options: the facts that a model's file leaves open."""

from dataclasses import dataclass

from tercet.errors import UsageError


@dataclass(frozen=True)
class Reading:
    """The user's answers to what a model's file leaves open."""

    input_type: str | None = None
    """The values of a float input without a quantizer in the file: FIXED<16,6>, INT8:0.1."""
    semantics: str = "ideal"
    input_shape: tuple[int, ...] | None = None
    """The shape of an input that the file leaves open, batch first."""

    def require_file(self, spec: str) -> None:
        """Refuse options for files if `spec` names a module."""
        if self != AS_WRITTEN:
            raise UsageError(
                f"{spec}: --input-type, --input-shape and --semantics are for .onnx files; a "
                "module has its own input quantizer and example()"
            )


AS_WRITTEN = Reading()
SEMANTICS = ("ideal", "ort")
"""The possible meanings of QLinear operators."""


def shaped(text: str | None) -> tuple[int, ...] | None:
    """The extents in a text such as 1,3,32,32."""
    if text is None:
        return None
    words = text.split(",")
    if not all(word.strip().isdecimal() for word in words):
        raise UsageError(f"--input-shape {text}: wanted whole numbers, such as 1,3,32,32")
    return tuple(map(int, words))


def known_semantics(name: str) -> str:
    """`name`, if it is one of SEMANTICS."""
    if name not in SEMANTICS:
        raise UsageError(f"no semantics {name!r}; wanted {' or '.join(SEMANTICS)}")
    return name
