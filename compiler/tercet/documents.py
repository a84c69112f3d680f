"""JSON documents declared by a dataclass: `encode` a value to text, `decode` text to a value."""

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
"""Types of fields with their bounds, which the JSON Schema states as well."""

Json = Any
"""Whatever `json.loads` returns."""
T = TypeVar("T")


@dataclass(frozen=True)
class Document(Generic[T]):
    """A kind of document. Its text has exactly the fields of the dataclass `kind`."""

    name: str
    """Its name in messages, such as report.json."""
    kind: type[T]
    version: int
    """The only version that `decode` accepts."""
    anew: str
    """The command that writes such a document anew, for messages."""

    def encode(self, value: T) -> str:
        """The JSON text of a value. It is decoded once here, so that it is always valid."""
        text = json.dumps(asdict(value), indent=2, allow_nan=False) + "\n"  # type: ignore[call-overload]
        self.decode(text)
        return text

    def decode(self, text: str) -> T:
        """The value of a JSON text. Raises TercetError with path and reason if it is invalid."""
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
            raise self._refused(f"{self.name} has {told}, this tercet reads {self.version}")

    def _flaw(self, path: str, reason: str) -> TercetError:
        return self._refused(f"{self.name} is broken at {path}: {reason}")

    def _refused(self, found: str) -> TercetError:
        return TercetError(found, way_out=f"{self.anew} writes it anew")


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


def _split(message: str) -> tuple[str, str]:
    """The path and the reason in a message of msgspec; the path is $ for the whole document."""
    found = re.fullmatch(r"(.*?)(?: - at `([^`]*)`)?", message, re.DOTALL)
    assert found is not None
    reason, path = found.groups()
    return path or "$", reason[0].lower() + reason[1:]


def _unknown(document: Json, known: Json, path: str) -> Iterator[tuple[str, str]]:
    """Path and name of each field of `document` that `known` lacks: its value, encoded again."""
    if isinstance(document, dict):
        for key, item in document.items():
            if key in known:
                yield from _unknown(item, known[key], f"{path}.{key}")
            else:
                yield path, key
    elif isinstance(document, list):
        for i, (item, other) in enumerate(zip(document, known, strict=True)):
            yield from _unknown(item, other, f"{path}[{i}]")
