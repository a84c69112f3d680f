"""Emitters: a module or a plan in, files out (as a mapping, never onto the disk)."""
