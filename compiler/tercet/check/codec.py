"""The JSON of a check: what is written is held to the schema first."""

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any, cast

import jsonschema

from tercet.check.contract import Check


def schema() -> dict[str, Any]:
    """The JSON Schema, as shipped in this package."""
    text = files("tercet.check").joinpath("schema.json").read_text(encoding="utf-8")
    return cast(dict[str, Any], json.loads(text))


def encode(check: Check) -> str:
    """The text of the JSON."""
    text = json.dumps(asdict(check), indent=2, allow_nan=False) + "\n"
    jsonschema.Draft202012Validator(schema()).validate(json.loads(text))
    return text
