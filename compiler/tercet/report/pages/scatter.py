"""Coordinates of cycles over input density: a ring (predicted) and a dot (measured) a vector."""

from dataclasses import dataclass

from tercet.report.contract import Report
from tercet.report.pages.bars import ticks
from tercet.report.pages.words import number, share

LEFT, TOP, WIDTH, HEIGHT, RIGHT, BOTTOM = 64.0, 12.0, 690.0, 240.0, 24.0, 44.0


@dataclass(frozen=True)
class Point:
    """One vector. `measured` is the dot's height; None if the RTL did not run."""

    x: float
    predicted: float
    measured: float | None
    tip: str


@dataclass(frozen=True)
class Scatter:
    points: tuple[Point, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    left: float
    bottom: float
    width: float
    height: float


def cycles_over_density(report: Report) -> Scatter:
    """Cycles from doorbell to irq of every vector, over its share of inputs that are not zero."""
    cycles = report.cycles
    measured = cycles.measured or (None,) * len(cycles.predicted)
    top = 1.05 * max([1, *cycles.predicted, *(cycles.measured or ())])

    def height(value: float) -> float:
        return TOP + HEIGHT * (1 - value / top)

    points = []
    for i, (want, got, dense) in enumerate(
        zip(cycles.predicted, measured, cycles.density, strict=True)
    ):
        tip = f"vector {i}: {share(dense)} of the inputs non-zero, {number(want)} cycles predicted"
        if got is not None:
            tip += f", {number(got)} measured"
        dot = None if got is None else height(got)
        points.append(Point(LEFT + WIDTH * dense, height(want), dot, tip))
    return Scatter(
        points=tuple(points),
        x_ticks=tuple((LEFT + WIDTH * k / 5, share(k / 5)) for k in range(6)),
        y_ticks=tuple((height(t), number(t)) for t in ticks(top)),
        left=LEFT,
        bottom=TOP + HEIGHT,
        width=LEFT + WIDTH + RIGHT,
        height=TOP + HEIGHT + BOTTOM,
    )
