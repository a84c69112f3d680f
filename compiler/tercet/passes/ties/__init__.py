"""Structural ties: float32 scales whose ratio was meant to be a simple one (numerics.md)."""
