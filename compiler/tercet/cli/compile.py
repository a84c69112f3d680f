"""`tercet compile`: write everything a model is compiled to."""

from pathlib import Path
from typing import Annotated

import typer

from tercet.cli.options import (
    FabricOption,
    InputShapeOption,
    InputTypeOption,
    ModelArgument,
    SemanticsOption,
    default_folder,
)


def compile_model(
    model: ModelArgument,
    fabric: FabricOption = "small",
    input_type: InputTypeOption = None,
    input_shape: InputShapeOption = None,
    semantics: SemanticsOption = "ideal",
    target: Annotated[
        list[str] | None,
        typer.Option(help="mlir, onnx, c, hls or rtl; repeat it for more; all if none."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to; build/compile/MODEL-FABRIC if none.")
    ] = None,
) -> None:
    """Write the network as MLIR, ONNX, C99 and HLS C++ and for the fabric, with what they need."""
    from tercet.cli.bundle import bundle
    from tercet.frontends.reading import reading
    from tercet.report.files import write

    files = bundle(model, fabric, target, reading(input_type, input_shape, semantics))
    folder = out or default_folder("compile", model, fabric)
    for path, content in files.items():
        write(folder / path, content)
    typer.echo(f"written: {len(files)} files in {folder}, listed in {folder / 'manifest.json'}")
