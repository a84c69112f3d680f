"""The environment of C and C++ templates, with filters that write tensors as text."""

from collections.abc import Iterable

import numpy as np
from jinja2 import Environment

from tercet import assets, templates
from tercet.ir.types import IntArray

WIDTH = 100


def environment(folder: str) -> Environment:
    """The templates in `folder` of the assets, with the filters for tensors."""
    filters = {"braces": braces, "flat": flat, "nested": nested, "extents": extents}
    return templates.of_folder(assets.ROOT / folder, filters)


def braces(items: Iterable[object]) -> str:
    """{a, b, c}; {0} for no items, because C has no empty list."""
    return "{" + (", ".join(map(str, items)) or "0") + "}"


def extents(shape: Iterable[int]) -> str:
    """[2][3]."""
    return "".join(f"[{n}]" for n in shape)


def flat(data: IntArray) -> str:
    """A braced list of all elements, row-major."""
    return "{\n" + _lines(data.ravel(), "    ") + "\n}"


def nested(data: IntArray, indent: str = "") -> str:
    """A braced list of braced lists, as deep as the tensor has dimensions.

    Lists that fit on a line share lines.
    """
    inner = indent + "  "
    if data.ndim <= 1:
        return indent + "{\n" + _lines(data, inner) + f"\n{indent}}}"
    room = WIDTH - len(inner)
    rows = [_inline(row) if 3 * data[0].size <= room else "" for row in data]
    if all(0 < len(row) <= room for row in rows):
        told = _filled(rows, inner)
    else:
        told = ",\n".join(nested(row, inner) for row in data)
    return f"{indent}{{\n{told}\n{indent}}}"


def braced(items: list[str], indent: str = "    ") -> str:
    """A braced list: {a, b, c}, or several lines if it is too long for one."""
    inline = "{" + ", ".join(items) + "}"
    if len(indent) + len(inline) <= WIDTH:
        return inline
    return f"{{\n{_filled(items, indent)}\n{indent}}}"


def _inline(data: IntArray) -> str:
    """{{1, 0}, {0, 1}}."""
    return "{" + ", ".join(map(_inline, data)) + "}" if data.ndim else str(data)


def _filled(items: list[str], indent: str) -> str:
    """Lines with as many items each as fit."""
    lines, line = list[str](), ""
    for item in items:
        if line and len(indent) + len(line) + len(item) + 3 > WIDTH:
            lines.append(line)
            line = ""
        line += (", " if line else "") + item
    return ",\n".join(indent + line for line in [*lines, line])


def _lines(values: IntArray, indent: str) -> str:
    texts = [str(v) for v in np.ravel(values).tolist()]
    widest = max(map(len, texts), default=1) + 2
    per_line = max(1, (WIDTH - len(indent)) // widest)
    chunks = (texts[i : i + per_line] for i in range(0, len(texts), per_line))
    return ",\n".join(indent + ", ".join(chunk) for chunk in chunks)
