"""junit.xml: continuous integration sees what the report says."""

from dataclasses import replace
from xml.etree import ElementTree

from tercet.report.contract import Report
from tercet.report.make import make
from tercet.report.outcome import failed
from tercet.report.pages import junit


def test_a_passing_report_has_no_failure_and_lists_every_check(passing: Report) -> None:
    suite = ElementTree.fromstring(junit.render(passing))[0]
    assert [case.get("name") for case in suite] == [check.id for check in passing.checks]
    assert (suite.get("failures"), suite.get("tests")) == ("0", "17")
    assert suite.get("skipped") == str(len(suite.findall("testcase/skipped")))


def test_a_failed_and_a_missing_required_check_are_failures(passing: Report) -> None:
    rest = [c for c in passing.checks if c.id not in ("c.bitexact", "rtl.cycles")]
    report = make(
        tool=passing.tool,
        model=passing.model,
        fabric=passing.fabric,
        vectors=passing.vectors,
        checks=[*rest, failed("c.bitexact", "gcc <was> not found")],
        layers=passing.layers,
        cycles=passing.cycles,
        timing=passing.timing,
    )
    suite = ElementTree.fromstring(junit.render(report))[0]
    wrong = {
        case.get("name"): failure.get("message")
        for case in suite
        if (failure := case.find("failure")) is not None
    }
    assert wrong == {
        "c.bitexact": "gcc <was> not found",
        "rtl.cycles": "skipped: no such check is installed",
    }
    assert suite.get("failures") == "2"


def test_a_detail_with_control_characters_still_makes_readable_xml(passing: Report) -> None:
    checks = [
        replace(c, verdict="fail", detail="\x1b[31mstopped\x00 <at> tct_scan\x1b[0m")
        if c.id == "rtl.protocol"
        else c
        for c in passing.checks
    ]
    text = junit.render(replace(passing, checks=tuple(checks)))
    failure = ElementTree.fromstring(text).find(".//failure")
    assert failure is not None
    assert failure.get("message") == "[31mstopped <at> tct_scan[0m"
