"""Structural ties: float32 scales whose exact ratio is a simple fraction (numerics.md)."""
