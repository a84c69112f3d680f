"""Patterns that move data movement, padding and maxima from reals to integers."""
