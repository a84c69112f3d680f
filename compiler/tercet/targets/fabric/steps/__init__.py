"""Kinds of steps: one file each, which brings its shape, code, cost and parameters."""
