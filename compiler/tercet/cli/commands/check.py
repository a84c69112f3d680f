"""`tercet check`: prints what each operator of a network becomes, without a simulator."""

from pathlib import Path
from typing import Annotated

import typer

from tercet.cli.options import (
    EffortOption,
    ExplainOption,
    FabricOption,
    InputShapeOption,
    InputTypeOption,
    LayerOption,
    ModelArgument,
    SamplesOption,
    SemanticsOption,
    by_layer,
    found_model,
    writable_file,
)
from tercet.frontends.sources import reading


def check(
    model: ModelArgument,
    fabric: FabricOption = "small",
    input_type: InputTypeOption = None,
    input_shape: InputShapeOption = None,
    semantics: SemanticsOption = "ideal",
    samples: SamplesOption = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="The same network in another file, to compare integer weights.",
            callback=found_model,
        ),
    ] = None,
    explain: ExplainOption = False,
    effort: EffortOption = "normal",
    layer: LayerOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    html: Annotated[
        Path | None, typer.Option(help="Write a page to this file as well.", callback=writable_file)
    ] = None,
) -> None:
    """Say what each layer becomes, where it runs and why, and what to change if it cannot.

    The exit code is 0 if the network can be built exactly, else 1.
    """
    how = reading(model, input_type, input_shape, semantics)
    from tercet.check.codec import encode
    from tercet.cli.model_check import checked
    from tercet.cli.pages import check_page, check_tables
    from tercet.cli.pages.tables import console
    from tercet.cli.progress import Progress
    from tercet.report.pages.files import encoded, write
    from tercet.targets.door import Settings
    from tercet.targets.effort import Asked, effort_of

    with Progress(None if json else console(stderr=True)) as progress:
        asked = Asked(effort_of(effort), progress.tell)
        settings = Settings(fabric, asked=asked, layers=by_layer(layer))
        found = checked(model, settings, against, how, samples, explain=explain)
    if html is not None:
        write(html, check_page.render(found))
    if json:
        typer.echo(encoded(encode(found)), nl=False)
    else:
        check_tables.show(console(), found)
        if html is not None:
            typer.echo(f"written: {html}")
    if found.verdict != "pass":
        raise typer.Exit(1)
