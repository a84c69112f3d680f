"""`tercet build`: runs the steps of tercet.toml that are not done."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from tercet.cli.options import BUILD
from tercet.cli.project import FILE, Project
from tercet.errors import UsageError
from tercet.report.tool import version_of

DONE = BUILD / "steps"
WRITTEN = ("out", "html", "trace")
"""Options that name what a step writes, not what it reads."""


def build(
    ctx: typer.Context,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Run all steps, even those that are done.")
    ] = False,
) -> None:
    """Run the steps that tercet.toml lists, and go on where the last build stopped.

    A step stays done until its options, the files and folders that these name, or Tercet change.
    Files that a model's file imports are not watched: use --fresh. The exit code is that of the
    first step that fails.
    """
    project: Project = ctx.obj
    if not project.steps:
        where = project.path or FILE
        raise UsageError(f'{where} lists no steps; write: steps = ["check", "compile", "verify"]')
    for number, step in enumerate(project.steps, 1):
        mark = DONE / key_of(project, step)
        told = f"step {number} of {len(project.steps)}: {step}"
        if mark.exists() and not fresh:
            typer.echo(f"{told}: done before")
            continue
        typer.echo(told)
        code = _run(ctx.parent, step, project)
        if code:
            raise typer.Exit(code)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(f"{told}\n", encoding="utf-8")


def key_of(project: Project, step: str) -> str:
    """A key of a step that changes with its options, the files that they name, and Tercet."""
    digest = sha256(f"{version_of('tercet')} {step}".encode())
    options = project.options.get(step, {})
    digest.update(json.dumps(options, sort_keys=True, default=str).encode())
    for option, value in options.items():
        for path in () if option in WRITTEN else _files(str(value).partition(":")[0]):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _files(named: str) -> list[Path]:
    """The file, or those below the folder; none where a value names neither."""
    path = Path(named)
    try:
        found = path.rglob("*") if path.is_dir() else [path]
        return sorted(each for each in found if each.is_file())
    except OSError:  # a text that is too long for a name
        return []


def _run(root: Any, step: str, project: Project) -> int:
    """The exit code of a command, run as from the command line."""
    command = root.command.commands[step]
    try:
        with command.make_context(
            step, [], parent=root, default_map=dict(project.options.get(step, {}))
        ) as inner:
            command.invoke(inner)
    except typer.Exit as ended:
        return int(ended.exit_code)
    return 0
