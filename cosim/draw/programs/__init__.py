"""Random programs, legal by the format alone: no planner has a hand in them.

`draw.draw(seed, spec)` makes one; `compare.differences` gives many to the RTL and holds what it did
against the simulator of `tercet_golden.cycles`.
"""
