"""The plan: partition, map, allocate, schedule. `make` is the one entry."""

from tercet.plan.make import make
from tercet.plan.plan import LayerPlan, Plan, Program, Segment

__all__ = ["LayerPlan", "Plan", "Program", "Segment", "make"]
