"""The quantizer call that made a value, as text on the operator that computes it.

The second call of "act" is "act #2". A value that several calls return names each on its own line.
"""

from collections.abc import Iterator

MARK = " #"


def numbered(path: str, call: int) -> str:
    """The text for one call, counted from 0."""
    return path if call == 0 or not path else f"{path}{MARK}{call + 1}"


def joined(*texts: str) -> str:
    """The text for a value that all of these calls return."""
    return "\n".join(text for text in texts if text)


def calls(text: str) -> Iterator[tuple[str, int]]:
    """Every path in `text` with its call, counted from 0."""
    for line in text.split("\n") if text else ():
        path, mark, number = line.rpartition(MARK)
        counted = bool(mark) and number.isdigit()
        yield (path, int(number) - 1) if counted else (line, 0)
