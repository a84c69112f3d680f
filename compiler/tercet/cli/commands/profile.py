"""`tercet profile`: prints the cycles of one inference, layer by layer."""

from pathlib import Path
from typing import Annotated

import typer

from tercet.cli.options import (
    EffortOption,
    FabricOption,
    InputShapeOption,
    InputTypeOption,
    LayerOption,
    ModelArgument,
    SamplesOption,
    SemanticsOption,
    by_layer,
    writable_file,
)
from tercet.frontends.sources import reading


def profile(
    model: ModelArgument,
    fabric: FabricOption = "small",
    input_type: InputTypeOption = None,
    input_shape: InputShapeOption = None,
    semantics: SemanticsOption = "ideal",
    samples: SamplesOption = None,
    vector: Annotated[
        int, typer.Option(min=0, help="Number of the input, as in verify; the first sample is 0.")
    ] = 0,
    effort: EffortOption = "normal",
    layer: LayerOption = None,
    rtl: Annotated[
        bool,
        typer.Option("--rtl", help="Use records of the simulated RTL instead of the cycle model."),
    ] = False,
    trace: Annotated[
        Path | None,
        typer.Option(
            help="Write a trace to this file, for ui.perfetto.dev or chrome://tracing.",
            callback=writable_file,
        ),
    ] = None,
) -> None:
    """Say how many cycles an inference spends in each layer, and on what."""
    reading(model, input_type, input_shape, semantics)  # refuses before anything is loaded
    from tercet.cli.network_profile import by_model, by_rtl
    from tercet.cli.pages import profile_tables
    from tercet.cli.pages.tables import console
    from tercet.cli.watch import Watch
    from tercet.report.pages.files import write
    from tercet.report.profile.trace import trace as traced
    from tercet_signoff.request import Request
    from tercet_signoff.sign import PREPARATIONS, prepare
    from tercet_signoff.stages import Stages

    request = Request(
        model,
        fabric,
        only=vector,
        input_type=input_type,
        input_shape=input_shape,
        semantics=semantics,
        samples=samples,
        effort=effort,
        layers=by_layer(layer),
    )
    with Watch(console(stderr=True)) as watch:
        stages = Stages(watch, total=PREPARATIONS + 1)
        prepared = prepare(request, stages)
        with stages.stage("records of the RTL" if rtl else "cycle model"):
            found = by_rtl(prepared) if rtl else by_model(prepared)
    if trace is not None:
        write(trace, traced(found))
    profile_tables.show(console(), found)
    if trace is not None:
        typer.echo(f"written: {trace}; open it in ui.perfetto.dev, where 1 us is 1 cycle")
