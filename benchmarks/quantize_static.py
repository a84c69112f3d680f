"""Which files of ONNXRuntime's quantize_static are taken: network x format x granularity, knobs."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import onnxruntime
from onnxruntime.quantization.shape_inference import quant_pre_process

from benchmarks.figures import Figures
from benchmarks.static.knobs import KNOBS
from benchmarks.static.networks import NETWORKS
from benchmarks.static.outcome import WORDS, Cell, cell
from benchmarks.static.quantizing import FORMATS, Way
from benchmarks.static.steps import Case

GRANULARITIES = {"per tensor": False, "per channel": True}
Key = TypeVar("Key")
TURNED = ("mlp", "cnn", "mobile", "pools", "unet", "two", "words")
"""Networks that every knob is tried on."""


def run() -> tuple[Figures, Figures]:
    """Both tables."""
    return table(NETWORKS)[0], knobs(TURNED)[0]


def table(names: Iterable[str]) -> tuple[Figures, list[str]]:
    """Every network in every format and granularity, and the cells that are wrong."""
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
    figures = Figures(
        "quantize_static: network x format x granularity",
        ("network (opset)", *ways),
        rows,
        (_summary(found.values()), _legend()),
    )
    return figures, _wrong(found)


def knobs(names: Sequence[str]) -> tuple[Figures, list[str]]:
    """Every knob on a few networks, in both formats, and the cells that are wrong."""
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
    figures = Figures(
        f"quantize_static knobs: {', '.join(names)}",
        ("knob", "format", "outcome"),
        rows,
        (_summary(found.values()),),
    )
    return figures, _wrong(found)


def _wrong(cells: Mapping[tuple[str, Key], Cell]) -> list[str]:
    return [f"{name}: {key}" for (name, key), one in cells.items() if one.wrong]


def _cells(names: Iterable[str], ways: Mapping[Key, Way]) -> dict[tuple[str, Key], Cell]:
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
    steps = "Behind each semicolon: the step that was named, and what became of it."
    return f"{words[0].upper()}{words[1:]}. {steps}"
