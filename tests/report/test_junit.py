"""junit.xml: continuous integration sees what the report says."""

from dataclasses import replace
from xml.etree import ElementTree

from tests.helpers.reports import with_checks

from tercet.report.contract import Report
from tercet.report.outcome import failed
from tercet.report.pages import junit


def test_a_passing_report_has_no_failure_and_a_case_for_every_check_that_applies(
    passing: Report,
) -> None:
    suite = ElementTree.fromstring(junit.render(passing))[0]
    cases = [case.get("name") for case in suite.findall("testcase")]
    assert cases == [check.id for check in passing.checks if check.id != "golden.file"]
    assert (suite.get("failures"), suite.get("tests")) == ("0", str(len(cases)))
    assert suite.get("skipped") == str(len(suite.findall("testcase/skipped")))


def test_the_checks_that_do_not_apply_are_one_property(passing: Report) -> None:
    suite = ElementTree.fromstring(junit.render(passing))[0]
    (told,) = suite.findall("properties/property")
    assert told.attrib == {"name": "not applicable", "value": "golden.file (the model is a module)"}


def test_a_failed_and_a_missing_required_check_are_failures(passing: Report) -> None:
    rest = [c for c in passing.checks if c.id not in ("c.bitexact", "rtl.cycles")]
    report = with_checks(passing, [*rest, failed("c.bitexact", "gcc <was> not found")])
    suite = ElementTree.fromstring(junit.render(report))[0]
    wrong = {
        case.get("name"): failure.get("message")
        for case in suite.findall("testcase")
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
