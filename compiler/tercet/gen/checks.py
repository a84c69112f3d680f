"""The catalogue of checks and docs/checks.md, from what the checks of a sign-off declare."""

import json
from dataclasses import asdict

from tercet import templates
from tercet.report.catalogue import Declared


def generated(checks: tuple[Declared, ...]) -> dict[str, str]:
    """Text of each file by its path in the repository."""
    page = templates.of_package("tercet.report").get_template("checks.md.j2")
    return {
        "compiler/tercet/report/catalogue.json": catalogue(checks),
        "docs/checks.md": page.render(checks=checks),
    }


def catalogue(checks: tuple[Declared, ...]) -> str:
    """The text of catalogue.json."""
    return json.dumps([asdict(check) for check in checks], indent=2) + "\n"
