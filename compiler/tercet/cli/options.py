"""What several commands take, and where they write when they are not told."""

import re
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

ModelArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help="A zoo name, package.module:factory, file.py:Class, or file.onnx."
    ),
]
InputTypeOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="What a file's input holds that it does not quantize: INT8:0.0625, FIXED<8,4>."
    ),
]
InputShapeOption: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Where a file leaves it open, batch first: 1,3,32,32."),
]
SemanticsOption: TypeAlias = Annotated[
    str,
    typer.Option(help="Of a file's QLinear operators: ideal, or ort for ONNXRuntime's float32."),
]
FabricOption: TypeAlias = Annotated[
    str, typer.Option(help="small, tfmbs, large, or sizes such as T=8,L=20.")
]
BatchOption: TypeAlias = Annotated[
    int, typer.Option(min=1, help="Inputs that the fabric takes by one doorbell.")
]
ExplainOption: TypeAlias = Annotated[
    bool,
    typer.Option("--explain", help="Say which grids of tiles were weighed for every step."),
]
EffortOption: TypeAlias = Annotated[
    str,
    typer.Option(help="Of the search for the best grids of tiles: low, normal or high."),
]


def default_folder(command: str, model: str, fabric: str, batch: int = 1) -> Path:
    """build/COMMAND/MODEL-FABRIC, with what is no part of a file's name replaced."""
    name = f"{model}-{fabric}" + (f"-batch{batch}" if batch > 1 else "")
    return Path("build") / command / re.sub(r"[^\w.=-]+", "_", name).strip("_.")
