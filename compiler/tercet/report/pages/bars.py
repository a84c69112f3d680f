"""Coordinates of bar charts, one row a layer; templates/bars.svg.j2 draws them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, log10

from tercet.report.contract import Layer, Report, Spread
from tercet.report.pages.words import number, share, short

LEFT, WIDTH, RIGHT = 130.0, 620.0, 100.0
"""Widths of the layers' names, the bars and the figures, in user units of the SVG."""
TOP, BAR, GAP = 8.0, 13.0, 16.0
"""Room above the first row, height of a bar, room between two rows."""


@dataclass(frozen=True)
class Segment:
    """A segment of a bar. `series` is its CSS class, `tip` its tooltip."""

    x: float
    width: float
    series: str
    tip: str


@dataclass(frozen=True)
class Bar:
    """Consecutive segments, a figure behind them, and a whisker from the least to the greatest."""

    y: float
    segments: tuple[Segment, ...]
    figure: str
    whisker: tuple[float, float] | None


@dataclass(frozen=True)
class Row:
    name: str
    label: str
    """The name, shortened to the room for it."""
    y: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class BarChart:
    title: str
    legend: tuple[tuple[str, str], ...]
    """CSS class and words of every series."""
    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    width: float
    height: float


@dataclass(frozen=True)
class _Piece:
    series: str
    name: str
    value: Spread


def ticks(high: float) -> tuple[float, ...]:
    """About four round numbers from 0 to `high`: steps of 1, 2 or 5 times a power of ten."""
    if high <= 0:
        return (0.0,)
    power = 10.0 ** floor(log10(high / 4))
    step = next(power * k for k in (1, 2, 5, 10) if power * k * 5.001 >= high)
    return tuple(step * i for i in range(floor(high / step * (1 + 1e-9)) + 1))


def cycles(report: Report) -> BarChart:
    """Cycles of every layer, predicted above measured."""

    def bars(layer: Layer) -> list[list[_Piece]]:
        pieces = [[_Piece("predicted", "predicted", layer.cycles_predicted)]]
        if layer.cycles_measured is not None:
            pieces.append([_Piece("measured", "measured", layer.cycles_measured)])
        return pieces

    return _chart("Cycles per layer", report.layers, bars, number, None)


def columns(report: Report) -> BarChart:
    """Columns of every layer: issued, or skipped for a zero activation or weight column."""

    def bars(layer: Layer) -> list[list[_Piece]]:
        return [
            [
                _Piece("issued", "issued", layer.issued),
                _Piece("skip-act", "skipped: zero activation", layer.skip_act),
                _Piece("skip-wgt", "skipped: zero weight column", layer.skip_wgt),
            ]
        ]

    return _chart("Columns per layer: work and skips", report.layers, bars, number, None)


def sparsity(report: Report) -> BarChart:
    """The share of zeros in every layer's weights and activations."""

    def bars(layer: Layer) -> list[list[_Piece]]:
        weights = Spread(layer.weight_sparsity, layer.weight_sparsity, layer.weight_sparsity)
        return [
            [_Piece("weights", "weights that are zero", weights)],
            [_Piece("acts", "activations that are zero", layer.activation_sparsity)],
        ]

    return _chart("Sparsity per layer", report.layers, bars, share, 1.0)


def _chart(
    title: str,
    layers: Sequence[Layer],
    bars: Callable[[Layer], list[list[_Piece]]],
    words: Callable[[float], str],
    high: float | None,
) -> BarChart:
    """A chart whose axis ends at `high`, or at the greatest value if `high` is None."""
    pieces = [bars(layer) for layer in layers]
    ends = [
        max(sum(p.value.mean for p in bar), bar[0].value.high if len(bar) == 1 else 0.0)
        for row in pieces
        for bar in row
    ]
    top = high if high is not None else max(ends, default=0.0)
    scale = WIDTH / top if top else 0.0
    rows, y = [], TOP
    for layer, row in zip(layers, pieces, strict=True):
        drawn = tuple(_bar(bar, y + i * (BAR + 2), scale, words) for i, bar in enumerate(row))
        rows.append(Row(layer.name, short(layer.name), y + (len(row) * (BAR + 2) - 2) / 2, drawn))
        y += len(row) * (BAR + 2) + GAP
    series = {p.series: p.name for row in pieces for bar in row for p in bar}
    return BarChart(
        title=title,
        legend=tuple(series.items()),
        rows=tuple(rows),
        ticks=tuple((LEFT + t * scale, words(t)) for t in ticks(top)),
        width=LEFT + WIDTH + RIGHT,
        height=y + 14,
    )


def _bar(pieces: list[_Piece], y: float, scale: float, words: Callable[[float], str]) -> Bar:
    segments, x = [], LEFT
    for piece in pieces:
        width = piece.value.mean * scale
        tip = f"{piece.name}: {words(piece.value.mean)}"
        if piece.value.low != piece.value.high:
            tip += f" ({words(piece.value.low)} to {words(piece.value.high)})"
        segments.append(Segment(x, width, piece.series, tip))
        x += width
    only = pieces[0].value
    varies = len(pieces) == 1 and only.low != only.high
    return Bar(
        y=y,
        segments=tuple(segments),
        figure=words(sum(piece.value.mean for piece in pieces)),
        whisker=(LEFT + only.low * scale, LEFT + only.high * scale) if varies else None,
    )
