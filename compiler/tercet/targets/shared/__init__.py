"""Shared by the targets that write source text: names, constants, one call a step."""
