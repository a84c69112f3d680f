"""`tercet compile`: writes the files that a model is compiled to."""

from pathlib import Path
from typing import Annotated

import typer

from tercet.cli.options import (
    BatchOption,
    EffortOption,
    ExplainOption,
    FabricOption,
    InputShapeOption,
    InputTypeOption,
    LayerOption,
    ModelArgument,
    SemanticsOption,
    accelerated,
    by_layer,
    default_folder,
    known_targets,
    name_of_c,
    writable_folder,
)
from tercet.errors import UsageError
from tercet.frontends.sources import reading


def compile_model(
    ctx: typer.Context,
    model: ModelArgument,
    fabric: FabricOption = "small",
    input_type: InputTypeOption = None,
    input_shape: InputShapeOption = None,
    semantics: SemanticsOption = "ideal",
    target: Annotated[
        list[str] | None,
        typer.Option(
            help="mlir, onnx, c, hls or rtl; repeat it for several; default: all.",
            callback=known_targets,
        ),
    ] = None,
    batch: BatchOption = 1,
    name: Annotated[
        str | None,
        typer.Option(
            help="Name of files and C symbols; default: that of the model's file.",
            callback=name_of_c,
        ),
    ] = None,
    explain: ExplainOption = False,
    effort: EffortOption = "normal",
    layer: LayerOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder to write to; default: build/compile/MODEL-FABRIC.",
            callback=writable_folder,
        ),
    ] = None,
) -> None:
    """Write the network as MLIR, ONNX, C99, HLS C++ and a program of the fabric."""
    how = reading(model, input_type, input_shape, semantics)
    if target and not accelerated(target):
        source = ctx.get_parameter_source("layer")  # tercet.toml's are for all commands and targets
        asked_layer = source is not None and source.name == "COMMANDLINE"
        about = ("--explain", explain), ("--batch", batch > 1), ("--layer", asked_layer)
        for option, asked_for in about:
            if asked_for:
                raise UsageError(
                    f"{option} is about the fabric; add --target rtl, or leave out --target"
                )
    from tercet.cli.bundle import bundle
    from tercet.cli.pages import fabric_tables
    from tercet.cli.pages.tables import console
    from tercet.cli.progress import Progress
    from tercet.report.pages.files import write_all
    from tercet.targets.door import Settings
    from tercet.targets.effort import Asked, effort_of

    with Progress(console(stderr=True)) as progress:
        asked = Asked(effort_of(effort), progress.tell)
        made = bundle(model, Settings(fabric, batch, asked, by_layer(layer)), target, how, name)
    folder = out or default_folder("compile", model, fabric, batch)
    write_all(folder, made.files)
    if explain:
        for artifact in made.artifacts:
            if artifact.choices:
                console().print(fabric_tables.search(artifact.choices))
    count = len(made.files)
    typer.echo(f"written: {count} files in {folder}, listed in {folder / 'manifest.json'}")
