"""The source of the model that the user named, found without loading torch."""

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tercet.errors import CaptureError, UsageError
from tercet.frontends import zoo
from tercet.frontends.importing import importable
from tercet.frontends.reading import Reading, known_semantics, shaped


@dataclass(frozen=True)
class OnnxSource:
    """An ONNX file, such as net.onnx."""

    path: Path


@dataclass(frozen=True)
class ZooModel:
    """A model of the zoo, such as digits_mlp."""

    name: str


@dataclass(frozen=True)
class PythonFile:
    """A factory in a Python file, such as file.py:Class."""

    path: str
    attribute: str

    @property
    def file(self) -> Path | None:
        """The file that holds the model."""
        return Path(self.path)

    def factory(self) -> Callable[[], Any]:
        """What makes the module when it is called; this imports the user's file, and torch."""
        from tercet.frontends.python import factory_from_file

        return factory_from_file(self.path, self.attribute)


@dataclass(frozen=True)
class PythonModule:
    """A factory in a Python package, such as package.module:factory."""

    name: str
    attribute: str

    @property
    def file(self) -> Path | None:
        """The file that holds the model; None until it is imported."""
        found = getattr(sys.modules.get(self.name), "__file__", None)
        return Path(found) if found else None

    def factory(self) -> Callable[[], Any]:
        """What makes the module when it is called; this imports the user's module, and torch."""
        from tercet.frontends.python import factory_from_module

        return factory_from_module(self.name, self.attribute)


Source = OnnxSource | ZooModel | PythonFile | PythonModule


def find(spec: str) -> Source:
    """The source that `spec` names; an error if there is none."""
    if spec.endswith(".onnx"):
        return OnnxSource(_existing(spec, "wanted an ONNX model"))
    place, colon, attribute = spec.partition(":")
    if not colon:
        return _in_zoo(spec)
    if not place or not attribute.isidentifier():
        raise UsageError(
            f"{spec!r} names no model; wanted a zoo name, package.module:factory or file.py:Class"
        )
    if place.endswith(".py") or "/" in place:
        _existing(place, f"the model was to be {attribute} in it")
        return PythonFile(place, attribute)
    return PythonModule(_importable_name(place), attribute)


def reading(spec: str, input_type: str | None, input_shape: str | None, semantics: str) -> Reading:
    """The reading options for `spec` from a command line; refused unless it is a file."""
    found = Reading(input_type, known_semantics(semantics), shaped(input_shape))
    if not isinstance(find(spec), OnnxSource):
        found.require_file(spec)
    return found


def _existing(place: str, wanted: str) -> Path:
    path = Path(place)
    if not path.is_file():
        raise CaptureError(f"{place}: no such file; {wanted}")
    return path


def _in_zoo(name: str) -> ZooModel:
    known = zoo.names()
    if name not in known:
        raise CaptureError(
            f"there is no model {name!r}; the zoo has {', '.join(known)}, and a model of your own "
            "is file.py:Class or package.module:factory"
        )
    return ZooModel(name)


def _importable_name(place: str) -> str:
    """`place`, if its outermost package exists; no module is imported to find out."""
    outermost = place.partition(".")[0]
    with importable(Path.cwd()):
        found = bool(outermost) and importlib.util.find_spec(outermost) is not None
    if not found:
        raise CaptureError(
            f"{place}: no such Python module (No module named {outermost!r}); wanted "
            "package.module:factory"
        )
    return place
