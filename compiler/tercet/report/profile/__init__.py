"""Profile of one inference: its frames, costs by layer, and a trace, from any source."""

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
