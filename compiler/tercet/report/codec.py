"""report.json: encode, validate against the schema and the verdict's rules, decode."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from importlib.resources import files
from types import UnionType
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

import jsonschema

from tercet.errors import TercetError
from tercet.report.contract import VERSION, Report
from tercet.report.verdict import judge

Json = Any
"""What the json module yields; the schema says which shapes are let through."""


def schema() -> dict[str, Json]:
    """The JSON Schema of report.json, as shipped in this package."""
    text = files("tercet.report").joinpath("schema.json").read_text(encoding="utf-8")
    return cast(dict[str, Json], json.loads(text))


def encode(report: Report) -> str:
    """The text of report.json, already read back once: what is written is always valid."""
    text = json.dumps(asdict(report), indent=2, allow_nan=False) + "\n"
    decode(text)
    return text


def decode(text: str) -> Report:
    """The report in a text; a `TercetError` says what is wrong with one that is none."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise TercetError(f"this is no JSON (line {error.lineno}: {error.msg})") from error
    found = document.get("version") if isinstance(document, dict) else None
    if found != VERSION:
        raise TercetError(f"report.json has version {found!r}, this tercet reads {VERSION}")
    flaw = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(schema()).iter_errors(document)
    )
    if flaw is not None:
        raise TercetError(f"report.json breaks its schema at {flaw.json_path}: {flaw.message}")
    report = cast(Report, _build(Report, document))
    if report.verdict != (ruled := judge(report.vectors, report.checks)):
        raise TercetError(f"report.json says {report.verdict!r}, its checks make it {ruled!r}")
    return report


def _build(kind: Any, value: Json) -> Any:
    """The value of type `kind` that `value`, already held to the schema, stands for."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        there = (f.name for f in fields(kind) if f.name in value)  # others were added later
        return cast(Any, kind)(**{name: _build(hints[name], value[name]) for name in there})
    origin, inner = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return None if value is None else _build(inner[0], value)
    if origin is tuple:
        return tuple(_build(inner[0], item) for item in value)
    if origin is Mapping:
        return {key: _build(inner[1], item) for key, item in value.items()}
    return value if origin is Literal else kind(value)
