"""The bytes of constants stored beside the file, only from its own folder."""

from collections.abc import Mapping
from pathlib import Path

from tercet.errors import CaptureError
from tercet.frontends.onnx.file.limits import EXTERNAL_BYTES, shown


def external_bytes(where: str, entries: Mapping[str, str], folder: Path, wanted: int) -> bytes:
    """The `wanted` bytes of a constant, from the file and offset in `entries`."""
    name = entries.get("location", "")
    path = _inside(where, folder, name)
    start = _number(where, entries.get("offset", "0"))
    length = _number(where, entries.get("length", str(wanted)))
    if length != wanted or wanted > EXTERNAL_BYTES:
        raise CaptureError(
            f"its external data have {length} bytes",
            layer=where,
            way_out=f"its shape and type want {wanted}",
        )
    if path.stat().st_size < start + length:
        raise CaptureError(
            f"{shown(name)} ends before byte {start + length}, up to which its data go",
            layer=where,
            way_out="was it copied whole?",
        )
    with path.open("rb") as file:
        file.seek(start)
        return file.read(length)


def _inside(where: str, folder: Path, name: str) -> Path:
    if not name or "\0" in name:
        raise CaptureError(
            "its external data name no file", layer=where, way_out="export the model anew"
        )
    path, root = (folder / name).resolve(), folder.resolve()
    if not path.is_relative_to(root):
        raise CaptureError(
            f"its external data lie in {shown(name)}, outside the model's folder",
            layer=where,
            way_out="put them beside the model",
        )
    if not path.is_file():
        raise CaptureError(
            f"{shown(name)} is missing", layer=where, way_out="put it beside the model"
        )
    return path


def _number(where: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise CaptureError(
            f"its external data lie at {shown(text)!r}", layer=where, wanted="a number"
        )
    return int(text)
