"""`tercet verify`: signs a model off on a fabric."""

from pathlib import Path
from typing import Annotated

import typer

from tercet.cli.options import (
    BatchOption,
    EffortOption,
    FabricOption,
    InputShapeOption,
    InputTypeOption,
    LayerOption,
    ModelArgument,
    SamplesOption,
    SemanticsOption,
    by_layer,
    default_folder,
    rtl_folder,
    writable_folder,
)
from tercet.errors import UsageError
from tercet.frontends.sources import reading
from tercet_signoff.request import SEED, VECTORS, Request


def verify(
    model: ModelArgument,
    fabric: FabricOption = "small",
    input_type: InputTypeOption = None,
    input_shape: InputShapeOption = None,
    semantics: SemanticsOption = "ideal",
    samples: SamplesOption = None,
    vectors: Annotated[
        int,
        typer.Option(min=1, help="Number of samples, filled up with noise; corners are added."),
    ] = VECTORS,
    seed: Annotated[
        int, typer.Option(min=0, help="Seed of the random vectors and of the model's example().")
    ] = SEED,
    only_vector: Annotated[
        int | None, typer.Option(min=0, help="Run only this vector, numbered as in the whole run.")
    ] = None,
    batch: BatchOption = 1,
    effort: EffortOption = "normal",
    layer: LayerOption = None,
    waves: Annotated[
        bool, typer.Option("--waves", help="Write a waveform of each simulation.")
    ] = False,
    rtl: Annotated[
        Path | None,
        typer.Option(
            help="Folder of SystemVerilog to sign off; default: Tercet's.", callback=rtl_folder
        ),
    ] = None,
    rounding: Annotated[
        Path | None,
        typer.Option(help="Folder with a vector of the rounding test: run only this one of it."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the reports; default: build/verify/MODEL-FABRIC.",
            callback=writable_folder,
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print report.json and nothing else.")
    ] = False,
) -> None:
    """Sign a model off: RTL, C, HLS and your own model, bit by bit and cycle by cycle.

    The exit code is 0 if the verdict is pass, 1 if it is fail.
    """
    if rounding is not None and only_vector is None:
        raise UsageError("--rounding is for a rerun; add --only-vector 0")
    reading(model, input_type, input_shape, semantics)  # refuses before anything is loaded
    from tercet.cli.pages.tables import console, show
    from tercet.cli.watch import Watch
    from tercet.report.pages.write import write_all
    from tercet_signoff.sign import sign_off
    from tercet_signoff.stages import Silent

    folder = out or _folder(model, fabric, only_vector, batch)
    request = Request(
        model,
        fabric,
        vectors,
        seed,
        only_vector,
        waves,
        folder,
        rtl,
        input_type,
        input_shape,
        semantics,
        batch,
        samples,
        effort,
        layers=by_layer(layer),
        rounding=rounding,
    )
    if json:
        report = sign_off(request, Silent())
    else:
        with Watch(console(stderr=True)) as watch:
            report = sign_off(request, watch)
    written = write_all(report, folder)
    if json:
        typer.echo(written[0].read_bytes(), nl=False)
    else:
        show(console(), report)
        typer.echo("written: " + ", ".join(map(str, (*written, *sorted(folder.glob("wave*.fst"))))))
    if report.verdict != "pass":
        raise typer.Exit(1)


def _folder(model: str, fabric: str, only: int | None, batch: int) -> Path:
    """The default folder; reruns of one vector have their own, and replace no whole sign-off."""
    folder = default_folder("verify", model, fabric, batch)
    return folder if only is None else folder / f"vector-{only}"
