"""report.html: one file that fetches nothing and shows what the report says."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from tests.helpers.reports import with_checks

from tercet.report.contract import Cycles, Mismatch, Report, Spread
from tercet.report.outcome import measured
from tercet.report.pages import bars, html
from tercet.report.pages.scatter import cycles_over_density
from tercet.report.pages.words import figure


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def spoiled(report: Report) -> Report:
    """The report of a run in which the RTL got one value wrong."""
    rerun = "tercet verify digits_mlp --fabric small --only-vector 4 --waves"
    first = Mismatch("fc1:requantize", 4, (7,), 3, 5)
    wrong = measured("rtl.bitexact", 9, 1, "first wrong: fc1:requantize", first, rerun)
    return with_checks(report, [wrong if c.id == wrong.id else c for c in report.checks])


def test_the_page_names_every_check_and_every_layer(passing: Report) -> None:
    page = html.render(passing)
    for name in [c.id for c in passing.checks] + [layer.name for layer in passing.layers]:
        assert name in page


def test_the_page_fetches_nothing(passing: Report) -> None:
    page = html.render(passing)
    elements = Elements(page).found
    assert not [tag for tag, _ in elements if tag in ("script", "link", "img", "iframe", "object")]
    assert not [a for _, a in elements if {"src", "href", "xlink:href"} & set(a)]
    assert not re.search(r"url\(|@import|https?://", page)
    assert "default-src 'none'" in page


def test_every_picture_is_well_formed(passing: Report) -> None:
    pictures = re.findall(r"<svg.*?</svg>", html.render(passing), re.DOTALL)
    assert len(pictures) == 4
    for picture in pictures:
        ElementTree.fromstring(picture)


def test_a_failure_shows_where_and_how_to_rerun_it(passing: Report) -> None:
    page = html.render(spoiled(passing))
    assert "Why this does not pass" in page
    assert "first wrong: fc1:requantize" in page
    assert "--only-vector 4 --waves" in page
    assert "Why this does not pass" not in html.render(passing)


def test_a_name_cannot_bring_markup_into_the_page(passing: Report) -> None:
    evil = replace(passing, model=replace(passing.model, name="<script>alert(1)</script>"))
    assert "<script>" not in html.render(evil)


def test_a_report_without_layers_or_measurements_renders(passing: Report) -> None:
    bare = replace(passing, layers=(), cycles=Cycles((), None, ()))
    assert "digits_mlp" in html.render(bare)
    unmeasured = replace(
        passing,
        layers=tuple(replace(layer, cycles_measured=None) for layer in passing.layers),
        cycles=replace(passing.cycles, measured=None),
    )
    assert "not run" in html.render(unmeasured)


def test_the_columns_of_a_layer_fill_its_bar_without_gap_or_overlap(passing: Report) -> None:
    for layer, row in zip(passing.layers, bars.columns(passing).rows, strict=True):
        (bar,) = row.bars
        for before, after in zip(bar.segments, bar.segments[1:], strict=False):
            assert after.x == pytest.approx(before.x + before.width)
        assert bar.figure == figure(replace(layer.columns, low=20.5, high=20.5))


def test_a_long_name_is_shortened_where_it_has_no_room(passing: Report) -> None:
    name = "encoder.layers.0.feed_forward.linear"
    layer = replace(passing.layers[0], name=name)
    (row,) = bars.cycles(replace(passing, layers=(layer,))).rows
    assert (row.name, row.label) == (name, "…d_forward.linear")


def test_bars_are_as_long_as_what_they_show(passing: Report) -> None:
    first = replace(passing.layers[0], cycles_predicted=Spread(50, 50, 50))
    chart = bars.cycles(replace(passing, layers=(first, *passing.layers[1:])))
    assert chart.rows[0].bars[0].segments[0].width == bars.WIDTH
    measured_bar = chart.rows[0].bars[1].segments[0].width
    assert measured_bar == pytest.approx(bars.WIDTH * 20.5 / 50)


def test_a_dot_sits_in_its_ring_only_when_the_prediction_was_right(passing: Report) -> None:
    cycles = replace(passing.cycles, measured=(100, 110, 61))
    points = cycles_over_density(replace(passing, cycles=cycles)).points
    assert [point.measured == point.predicted for point in points] == [True, True, False]


@pytest.mark.parametrize(
    ("high", "last"), [(1.0, 1.0), (7, 6), (48, 40), (1000, 1000), (3.2e6, 3e6), (0, 0)]
)
def test_ticks_are_round_numbers_within_the_axis(high: float, last: float) -> None:
    assert bars.ticks(high)[-1] == pytest.approx(last)
    assert len(bars.ticks(high)) <= 6
