"""JSON documents that a dataclass declares: text from a value, and the value from a text."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Generic, NoReturn, TypeVar

import msgspec
from msgspec import Meta

from tercet.errors import TercetError

Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]
Figure = Annotated[float, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Name = Annotated[str, Meta(min_length=1)]
"""What a field may hold; the schema says it too."""

Json = Any
"""What the json module yields."""
T = TypeVar("T")


@dataclass(frozen=True)
class Document(Generic[T]):
    """A kind of document. Its fields are those of the dataclass `kind`, every one of them."""

    name: str
    """What a sentence calls it, such as report.json."""
    kind: type[T]
    version: int
    """The one that is read."""
    anew: str
    """The command that writes such a document."""

    def encode(self, value: T) -> str:
        """The text of a value, already read back once: what is written is always valid."""
        text = json.dumps(asdict(value), indent=2, allow_nan=False) + "\n"  # type: ignore[call-overload]
        self.decode(text)
        return text

    def decode(self, text: str) -> T:
        """The value in a text; a `TercetError` says what is wrong with one that has none, where."""
        try:
            document = json.loads(text, parse_constant=_no_number)
        except ValueError as error:
            raise TercetError(f"{self.name} is no JSON: {error}") from error
        self._require_version(document)
        try:
            value = msgspec.convert(document, self.kind)
        except msgspec.ValidationError as error:
            raise self._flaw(*_split(str(error))) from error
        except UnicodeEncodeError as error:
            raise TercetError(f"{self.name} holds half a character: {error}") from error
        for path, field in _unknown(document, msgspec.to_builtins(value), "$"):
            raise self._flaw(path, f"there is no field `{field}`")
        return value

    def _require_version(self, document: Json) -> None:
        found = document.get("version") if isinstance(document, dict) else self.version
        if found != self.version:
            told = "no version" if found is None else f"version {found!r}"
            raise TercetError(
                f"{self.name} has {told}, this tercet reads {self.version}; {self.anew} writes it "
                "anew"
            )

    def _flaw(self, path: str, reason: str) -> TercetError:
        return TercetError(f"{self.name} is broken at {path}: {reason}; {self.anew} writes it anew")


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


def _split(message: str) -> tuple[str, str]:
    """The path and the reason in a message of msgspec; what is wrong with the whole has no path."""
    found = re.fullmatch(r"(.*?)(?: - at `([^`]*)`)?", message, re.DOTALL)
    assert found is not None
    reason, path = found.groups()
    return path or "$", reason[0].lower() + reason[1:]


def _unknown(document: Json, known: Json, path: str) -> Iterator[tuple[str, str]]:
    """Fields of `document` that its value, written again as `known`, does not have."""
    if isinstance(document, dict):
        for key, item in document.items():
            if key in known:
                yield from _unknown(item, known[key], f"{path}.{key}")
            else:
                yield path, key
    elif isinstance(document, list):
        for i, (item, other) in enumerate(zip(document, known, strict=True)):
            yield from _unknown(item, other, f"{path}[{i}]")
