"""Arguments and options that several commands share, and the folder that commands write to.

A callback refuses a wrong value while the command line is read, before heavy imports.
"""

import re
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from tercet.errors import TercetError, UsageError
from tercet.frontends.reading import known_semantics, shaped
from tercet.frontends.sources import find
from tercet.report.pages.files import require_file, require_folder
from tercet.targets.fabric.format.spec import named
from tercet.targets.info import info_of, infos
from tercet.targets.shared.identifiers import network_name

BUILD = Path("build")


def found_model(spec: str | None) -> str | None:
    """`spec` if it names a model that exists; UsageError or CaptureError otherwise."""
    if spec is not None:
        find(spec)
    return spec


def _fabric(text: str) -> str:
    named(text)
    return text


def _shape(text: str | None) -> str | None:
    shaped(text)
    return text


def readable(path: Path, way_out: str) -> Path:
    """`path` if the file can be opened; TercetError with the `way_out` otherwise."""
    try:
        path.open("rb").close()
    except OSError as error:
        raise TercetError(f"cannot read {path}: {error.strerror}; {way_out}") from error
    return path


def arrays_file(path: Path | None) -> Path | None:
    """`path` if the file of arrays can be opened, or if it is None; TercetError otherwise."""
    return None if path is None else readable(path, "write it by numpy.savez")


def writable_folder(folder: Path | None) -> Path | None:
    """`folder`, after a test that it, or `build` if it is None, can be written to."""
    require_folder(BUILD if folder is None else folder)
    return folder


def writable_file(path: Path | None) -> Path | None:
    """`path` if the file can be written, or if it is None; TercetError otherwise."""
    if path is not None:
        require_file(path)
    return path


def rtl_folder(folder: Path | None) -> Path | None:
    """`folder` if it holds the fabric's SystemVerilog, flat or in subfolders; UsageError if not."""
    if folder is not None:
        if not folder.is_dir():
            raise UsageError(f"--rtl {folder}: no such folder; give a copy of Tercet's rtl/")
        from tercet_cosim.build import sources

        sources.rtl(folder)
    return folder


def _layers(texts: list[str] | None) -> list[str] | None:
    by_layer(texts)
    return texts


def known_targets(names: list[str] | None) -> list[str] | None:
    """`names` if each is a target; UsageError otherwise."""
    for name in names or ():
        info_of(name)
    return names


def accelerated(names: list[str]) -> bool:
    """Whether a target among these runs layers in place of the host."""
    return any(info_of(name).accelerates for name in names)


def name_of_c(name: str | None) -> str | None:
    """`name` if files and functions of C can have it; UsageError otherwise."""
    if name is not None and name != (fit := network_name(name)):
        raise UsageError(
            f"--name {name}: files and functions of C cannot have this name; give ASCII letters,"
            f' digits and "_", and no keyword or header of C, such as {fit}'
        )
    return name


ModelArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A zoo name, package.module:factory, file.py:Class, or file.onnx.",
        callback=found_model,
    ),
]
InputTypeOption: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Type of an input that the file does not quantize: INT8:0.0625, FIXED<8,4>."),
]
InputShapeOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="Shape of the input if the file leaves it open, batch first: 1,3,32,32.",
        callback=_shape,
    ),
]
SemanticsOption: TypeAlias = Annotated[
    str,
    typer.Option(
        help="Arithmetic of a file's QLinear operators: ideal, or ort for ONNXRuntime's float32.",
        callback=known_semantics,
    ),
]
SamplesOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        help="Real inputs: an .npz with x, or with an array for each input, and optionally their "
        "classes y; default: MODEL_samples.npz or samples.npz beside the model.",
        callback=arrays_file,
    ),
]
FabricOption: TypeAlias = Annotated[
    str,
    typer.Option(help="small, tfmbs, large, or sizes such as T=8,L=20.", callback=_fabric),
]
BatchOption: TypeAlias = Annotated[int, typer.Option(min=1, help="Inputs that one doorbell runs.")]
ExplainOption: TypeAlias = Annotated[
    bool,
    typer.Option("--explain", help="List the grids that the search tried for every step."),
]
EffortOption: TypeAlias = Annotated[
    str,
    typer.Option(help="Effort of the search for the best grids: low, normal or high."),
]


LayerOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--layer",
        metavar="NAME:OPTION=VALUE",
        help="An option of one layer, such as fc1:grid=1x8x1; repeat it for several. It "
        "replaces that of tercet.toml.",
        callback=_layers,
    ),
]


def by_layer(texts: list[str] | None) -> dict[str, dict[str, str]]:
    """The options of each layer, from the texts of --layer. Raises UsageError."""
    found: dict[str, dict[str, str]] = {}
    known = sorted({option for info in infos().values() for option in info.layer_options})
    for text in texts or ():
        place, _, value = text.partition("=")
        layer, _, option = place.rpartition(":")
        if not layer or not value or option not in known:
            options = ", ".join(known)
            raise UsageError(
                f"--layer {text}: wanted LAYER:OPTION=VALUE; the options are {options}"
            )
        found.setdefault(layer, {})[option] = value
    return found


def default_folder(command: str, model: str, fabric: str, batch: int = 1) -> Path:
    """build/COMMAND/MODEL-FABRIC, with characters replaced that a file's name can't have."""
    name = f"{model}-{fabric}" + (f"-batch{batch}" if batch > 1 else "")
    return BUILD / command / re.sub(r"[^\w.=-]+", "_", name).strip("_.")
