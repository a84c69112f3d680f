"""Comparison of the user's own model, a module or a file, with the integer reference."""
