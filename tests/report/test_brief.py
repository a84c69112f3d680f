"""What a person is shown of a report: each reason once, what never runs in a line, what is next."""

from dataclasses import replace

import pytest
from rich.console import Console
from tests.helpers.reports import of_a_file, on_the_host, with_checks

from tercet.cli.pages.tables import show
from tercet.report.contract import Report, Spread
from tercet.report.outcome import failed
from tercet.report.pages import brief, html

SYNTAX = "the RTL of fabric 'small' does not build: tct_top.sv:7: syntax error"
NEVER = ["coverage.code", "coverage.functional", "mutation", "formal", "lint", "synth"]


def broken(passing: Report) -> Report:
    """The report of RTL with a syntax error."""
    checks = [failed(c.id, SYNTAX) if c.id.startswith("rtl.") else c for c in passing.checks]
    return with_checks(passing, checks)


def printed(report: Report, width: int = 118) -> str:
    out = Console(width=width, record=True, force_terminal=False, file=None, quiet=False)
    with out.capture() as captured:
        show(out, report)
    return captured.get()


def test_one_syntax_error_of_the_rtl_is_printed_once(passing: Report) -> None:
    text = printed(broken(passing))
    assert text.count("syntax error") == 1
    rows = "rtl.bitexact, rtl.cycles, rtl.protocol, rtl.telemetry"
    assert f"✗ {rows} compared nothing: {SYNTAX}" in text


def test_the_page_tells_a_reason_at_its_top_and_in_its_first_row(passing: Report) -> None:
    page = html.render(broken(passing))
    assert page.count("syntax error") == 2
    assert page.count("see rtl.bitexact") == 3


def test_what_never_runs_is_one_line_for_a_person_and_a_row_each_in_json(passing: Report) -> None:
    assert {row.check.id for row in brief.rows(passing.checks)}.isdisjoint(NEVER)
    for text in (printed(passing), html.render(passing)):
        (line,) = (line for line in text.splitlines() if "No part of this sign-off" in line)
        assert "coverage.code" in line
        assert all(name in line for name in NEVER)
        assert "not measured by this version" not in text.replace(line, "")
    assert {c.id for c in passing.checks if c.verdict == "skipped"} >= set(NEVER)


def test_what_does_not_apply_is_one_line_for_a_person_and_a_row_each_in_json(
    passing: Report,
) -> None:
    report = on_the_host(passing)
    hidden = [check.id for check in report.checks if check.verdict == "n/a"]
    assert {"golden.file", "hls.bitexact", "rtl.cycles"} <= set(hidden)
    assert {row.check.id for row in brief.rows(report.checks)}.isdisjoint(hidden)
    for text in (printed(report), html.render(report)):
        (line,) = (line for line in text.splitlines() if "Not applicable: " in line)
        assert all(name in line for name in hidden)
        assert not [name for name in hidden if name in text.replace(line, "")]


def test_what_comes_next_names_the_files_that_there_will_be(passing: Report) -> None:
    assert brief.next_step(passing).endswith("C, HLS C++, ONNX and the fabric with its program")
    assert brief.next_step(on_the_host(passing)).endswith("writes C and ONNX")


def test_what_comes_next_asks_for_no_target_that_refused_the_network(passing: Report) -> None:
    batched = replace(passing, vectors=replace(passing.vectors, batch=2))
    asked = "tercet compile digits_mlp --fabric small --target c --target onnx: writes"
    assert brief.next_step(on_the_host(batched)).startswith(asked)


def test_a_file_is_told_from_a_module(passing: Report) -> None:
    assert "Not applicable: golden.file (the model is a module)." in printed(passing)
    told = "Not applicable: golden.torch32, golden.torch64 (the model is a file)."
    assert told in printed(of_a_file(passing))


@pytest.mark.parametrize("batch", [1, 4])
def test_a_sign_off_that_passed_says_what_comes_next(passing: Report, batch: int) -> None:
    report = replace(passing, vectors=replace(passing.vectors, batch=batch))
    report = replace(report, model=replace(report.model, source="my nets/a.py:Net"))
    wanted = "tercet compile 'my nets/a.py:Net' --fabric small"
    wanted += f" --batch {batch}:" if batch > 1 else ":"
    assert wanted in printed(report)
    assert "Next: " in html.render(report)


def test_a_rerun_that_passed_sends_back_to_the_whole(passing: Report) -> None:
    report = replace(passing, vectors=replace(passing.vectors, only=3))
    assert brief.next_step(report).startswith("tercet verify digits_mlp --fabric small:")


def test_one_that_failed_has_no_next_step(passing: Report) -> None:
    assert brief.next_step(broken(passing)) == ""
    assert "next:" not in printed(broken(passing))


def test_a_layer_without_columns_has_no_efficiency(passing: Report) -> None:
    none = Spread(0.0, 0.0, 0.0)
    pool = replace(
        passing.layers[0], name="pool", kind="vector", inputs=0, columns=none, efficiency=none
    )
    report = replace(passing, layers=(pool, *passing.layers[1:]))
    (row,) = (line for line in printed(report).splitlines() if line.strip().startswith("pool"))
    assert row.split()[-1] == "n/a"
    assert "0.00" not in row
    assert '<td class="n" data-name="Efficiency">n/a</td>' in html.render(report)
