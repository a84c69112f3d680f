"""Tensors on tiles: which tile holds what, and which patterns it reads and writes."""
