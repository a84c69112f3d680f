"""`tercet quantize`: writes a quantized module from a float module."""

from pathlib import Path
from typing import Annotated

import typer

from tercet.cli.options import arrays_file, writable_folder
from tercet.errors import UnsupportedError, UsageError
from tercet.frontends.ptq.names import WEIGHTS
from tercet.frontends.sources import OnnxSource, find


def _module(spec: str) -> str:
    if isinstance(find(spec), OnnxSource):
        raise UnsupportedError(
            f"{spec}: `tercet quantize` takes torch modules; quantize an ONNX file by "
            "onnxruntime.quantization.quantize_static, and give the file that it writes to Tercet"
        )
    return spec


def _weights(name: str) -> str:
    if name not in WEIGHTS:
        raise UsageError(f"there are no weights {name!r}; there are {', '.join(WEIGHTS)}")
    return name


def quantize(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A float module: package.module:factory or file.py:Class.",
            callback=_module,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(help="Folder to write the quantized network to.", callback=writable_folder),
    ],
    weights: Annotated[
        str, typer.Option(help="ternary, int4 or int8.", callback=_weights)
    ] = "ternary",
    samples: Annotated[
        Path | None,
        typer.Option(
            "--samples",
            "--calibration",
            help="Real inputs to calibrate on: an .npy, or x of an .npz with their classes y; "
            "default: MODEL_samples.npz or samples.npz beside the model, else its example().",
            callback=arrays_file,
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            help="Classes of the samples: an .npy, or y of an .npz; default: y of --samples.",
            callback=arrays_file,
        ),
    ] = None,
    test: Annotated[
        Path | None,
        typer.Option(
            help="Inputs x and their classes y, to measure the accuracy on; default: one in five "
            "of --samples, held out of the calibration.",
            callback=arrays_file,
        ),
    ] = None,
) -> None:
    """Quantize a trained float module without training, by Brevitas: 8-bit activations.

    Weights get one scale a channel. With labels it prints the accuracy before and after.
    """
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about optional packages of Brevitas
        from tercet.cli.quantized_model import Asked, quantized
    from tercet.cli.pages.tables import console
    from tercet.cli.watch import Watch
    from tercet.report.pages.words import number, share

    with Watch(console(stderr=True)) as watch:
        done = quantized(Asked(model, out, weights, samples, labels, test), watch)
    typer.echo(
        f"{model}: {weights} weights, 8-bit activations, calibrated on {number(done.used)} inputs "
        f"of {done.source}"
    )
    if (found := done.accuracy) is not None:
        typer.echo(
            f"accuracy: {share(found.before)} before, {share(found.after)} after, on {found.on}"
        )
    for warning in done.warnings:
        typer.echo(f"! {warning}")
    typer.echo("written: " + ", ".join(map(str, done.files)))
    typer.echo(f"next: tercet check {done.files[0]}:build")
