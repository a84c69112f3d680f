"""junit.xml: one test case for each check that applies, for continuous integration."""

from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from tercet.report.contract import Check, Report


def render(report: Report) -> str:
    """The text of junit.xml. A required check that was skipped is a failure.

    Checks that do not apply are listed in one property of the suite.
    """
    checks = [check for check in report.checks if check.verdict != "n/a"]
    suite = Xml.Element(
        "testsuite",
        name=f"tercet verify {report.model.name} on {report.fabric.name}",
        tests=str(len(checks)),
        failures=str(sum(_fails(check) for check in checks)),
        errors="0",
        skipped=str(sum(_skips(check) for check in checks)),
        time=f"{report.timing.seconds:.3f}",
        timestamp=report.timing.started,
    )
    seconds = {stage.name: stage.seconds for stage in report.timing.stages}
    _fold(suite, [check for check in report.checks if check.verdict == "n/a"])
    for check in checks:
        case = Xml.SubElement(
            suite,
            "testcase",
            classname=f"{report.model.name}.{report.fabric.name}",
            name=check.id,
            time=f"{seconds.get(check.id, 0.0):.3f}",
        )
        if _skips(check):
            Xml.SubElement(case, "skipped", message=_clean(check.detail))
        elif _fails(check):
            message = check.detail if check.verdict == "fail" else f"skipped: {check.detail}"
            failure = Xml.SubElement(case, "failure", message=_clean(message))
            failure.text = f"rerun: {check.rerun}" if check.rerun else None
    suites = Xml.Element("testsuites")
    suites.append(suite)
    Xml.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(suites, "unicode") + "\n"


def _fold(suite: Xml.Element, checks: Sequence[Check]) -> None:
    if checks:
        told = "; ".join(f"{check.id} ({check.detail})" for check in checks)
        properties = Xml.SubElement(suite, "properties")
        Xml.SubElement(properties, "property", name="not applicable", value=_clean(told))


def _skips(check: Check) -> bool:
    return check.verdict == "skipped" and not check.required


def _fails(check: Check) -> bool:
    return check.verdict == "fail" or (check.verdict == "skipped" and check.required)


def _clean(text: str) -> str:
    """`text` without control characters that XML cannot have, such as a simulator's colours."""
    return "".join(sign for sign in text if sign in "\t\n" or sign.isprintable())
