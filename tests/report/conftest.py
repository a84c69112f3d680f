"""Fixtures of the report's tests."""

import pytest
from tests.helpers.reports import passing_report

from tercet.report.contract import Report


@pytest.fixture
def passing() -> Report:
    return passing_report()
