"""The application: its commands, `--version`, and how an error ends it."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tercet.cli.commands.build import build
from tercet.cli.commands.check import check
from tercet.cli.commands.compile import compile_model
from tercet.cli.commands.ops import ops
from tercet.cli.commands.opt import opt
from tercet.cli.commands.profile import profile
from tercet.cli.commands.quantize import quantize
from tercet.cli.commands.report import report
from tercet.cli.commands.verify import verify
from tercet.cli.project import FILE, NONE, Project, read
from tercet.errors import TercetError, UsageError


class Group(TyperGroup):
    """Prints the sentence of a `TercetError` and exits: with code 2 for usage, 1 for all others."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except TercetError as error:
            typer.echo(f"tercet: {error}", err=True)
            raise typer.Exit(2 if isinstance(error, UsageError) else 1) from error
        except KeyboardInterrupt:
            typer.echo("tercet: interrupted", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Turn a quantized network into ternary hardware, and prove that both compute the same.",
)
app.command()(verify)
app.command()(check)
app.command("compile")(compile_model)
app.command()(build)
app.command()(profile)
app.command()(quantize)
app.command()(report)
app.command()(opt)
app.command()(ops)


def _version(asked: bool) -> None:
    if asked:
        from tercet.report.tool import version_of

        typer.echo(f"tercet {version_of('tercet')}")
        raise typer.Exit


@app.callback()
def tercet(
    ctx: typer.Context,
    project: Annotated[
        Path | None,
        typer.Option(help="File of the project's options; default: ./tercet.toml."),
    ] = None,
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Turn a quantized network into ternary hardware, and prove that both compute the same."""
    ctx.obj = _project(ctx, project)
    ctx.default_map = {name: dict(options) for name, options in ctx.obj.options.items()}


def _project(ctx: Any, path: Path | None) -> Project:
    """The project in tercet.toml; an empty one without that file and without --project."""
    if path is None and not FILE.is_file():
        return NONE
    parameters = {
        name: [param.name for param in command.params]
        for name, command in ctx.command.commands.items()
    }
    return read(path or FILE, parameters)
