"""Which files of ONNXRuntime's quantize_static are taken: network x format x granularity, knobs."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import onnxruntime
from onnxruntime.quantization.shape_inference import quant_pre_process

from benchmarks.figures import Figures
from benchmarks.static.knobs import KNOBS
from benchmarks.static.networks import NETWORKS
from benchmarks.static.outcome import WORDS, Cell, cell
from benchmarks.static.quantizing import FORMATS, Way
from benchmarks.static.steps import Case

GRANULARITIES = {"per tensor": False, "per channel": True}
TURNED = ("mlp", "cnn", "mobile", "pools", "unet", "two", "words")
"""Networks that every knob is tried on."""


def run() -> tuple[Figures, Figures]:
    """Both tables."""
    return table(NETWORKS), knobs(TURNED)


def table(names: Iterable[str]) -> Figures:
    """Every network in every format and granularity."""
    ways = {
        f"{form}, {words}": Way(form, channels)
        for form in FORMATS
        for words, channels in GRANULARITIES.items()
    }
    found = _cells(names, ways)
    rows = tuple(
        (f"{name} ({NETWORKS[name].opset})", *(found[name, way].shown() for way in ways))
        for name in names
    )
    return Figures(
        "quantize_static: network x format x granularity",
        ("network (opset)", *ways),
        rows,
        (_summary(found.values()), _legend()),
    )


def knobs(names: Sequence[str]) -> Figures:
    """Every knob on a few networks, in both formats."""
    ways = {
        (knob, form): Way(form, False, options)
        for knob, options in KNOBS.items()
        for form in FORMATS
    }
    ways |= {("quant_pre_process", form): Way(form, True) for form in FORMATS}
    found = _cells(names, ways)
    rows = tuple(
        (*way, "; ".join(_grouped({name: found[name, way].shown() for name in names})))
        for way in ways
    )
    return Figures(
        f"quantize_static knobs: {', '.join(names)}",
        ("knob", "format", "outcome"),
        rows,
        (_summary(found.values()),),
    )


def _cells(names: Iterable[str], ways: Mapping[object, Way]) -> dict[tuple[str, object], Cell]:
    onnxruntime.set_default_logger_severity(3)
    logging.disable(logging.WARNING)
    found = {}
    try:
        with TemporaryDirectory() as folder:
            for name in names:
                network, source = NETWORKS[name], Path(folder) / f"{name}.onnx"
                network.export(source)
                for key, way in ways.items():
                    case = Case(network, way, _prepared(key, source))
                    found[name, key] = cell(case)
    finally:
        logging.disable(logging.NOTSET)
    return found


def _prepared(key: object, source: Path) -> Path:
    if not isinstance(key, tuple) or key[0] != "quant_pre_process":
        return source
    path = source.with_suffix(".prepared.onnx")
    quant_pre_process(str(source), str(path))
    return path


def _grouped(cells: Mapping[str, str]) -> list[str]:
    """Networks with the same outcome together."""
    groups: dict[str, list[str]] = {}
    for name, word in cells.items():
        groups.setdefault(word, []).append(name)
    if len(groups) == 1:
        return [f"all {word}" for word in groups]
    return [f"{', '.join(names)} {word}" for word, names in groups.items()]


def _summary(cells: Iterable[Cell]) -> str:
    every = list(cells)
    counts = Counter(one.first.word for one in every)
    words = ", ".join(f"{counts[word]} {word}" for word in WORDS if counts[word])
    helped = sum(bool(one.steps) and one.last.taken for one in every)
    bad = sum(one.wrong for one in every)
    return (
        f"Of {len(every)} cases {words}. In {helped} of those that are not taken the step that the "
        f"message names was applied, and helped; neither taken nor helped: {bad}."
    )


def _legend() -> str:
    words = "; ".join(f"{word}: {meaning}" for word, meaning in WORDS.items())
    return (
        f"{words[0].upper()}{words[1:]}. Behind a semicolon: the step named, and what became of it."
    )
