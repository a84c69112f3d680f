"""Where the cycles of one inference went: values, costs by layer, a trace. Knows no source."""

from tercet.report.profile.contract import Frame, Issue, Profile, Step
from tercet.report.profile.costs import Cost, Engines, costs, engines, whole

__all__ = [
    "Cost",
    "Engines",
    "Frame",
    "Issue",
    "Profile",
    "Step",
    "costs",
    "engines",
    "whole",
]
