"""Random programs, legal by the format and made without the planner.

`draw.draw(seed, spec)` makes one; `run.differences` runs many on the RTL and compares it with the
cycle model of `tercet_golden.cycles`.
"""
