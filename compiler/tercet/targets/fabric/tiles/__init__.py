"""Layouts of tensors on the tiles, and the patterns that tiles read and write."""
